import { wordList } from "./word-list.ts";

/** Words that mean one thing in lower case and another when they are a name. */
const CASED_WORDS = /* @__PURE__ */ wordList(
  "polish turkey china japan jersey march may august job lent mobile nice reading bath rainbow guinea",
  "chile chad hungary greece wales cologne split tours cork champagne bordeaux java panama brazil",
  "catholic orthodox liberal conservative labour labor democrat republican green orange scotch swiss",
  "mercury mars earth moon sun titan pluto saturn phoenix buffalo independence hell paradise",
  "bill mark will grace rose jack bob frank rob sue pat drew art dean earl duke king queen prince",
  "young long short brown black white gray grey wood woods hill hills rivers bush ford baker cook",
  "smith carpenter fisher hunter mason miller taylor turner walker wright bishop pope cardinal",
  "hope faith joy dawn eve ivy lily daisy violet ruby pearl amber penny robin jean gene max mike",
  "nick don ray guy ernest victor olive summer autumn april june ace chase chance dale dusty",
  "apple amazon oracle target gap shell visa subway square stripe zoom discord slack teams notion",
  "linear asana monday basecamp word excel access outlook windows office office365 edge chrome",
  "opera safari spark storm hive pig ant maven gradle docker jenkins python ruby go rust swift dart",
  "basic pascal ada scheme closure elixir crystal julia scratch processing pandas flask express",
  "react angular ember next gatsby meteor node deno bun git bash fish less sass make helm vault",
  "consul nomad terraform puppet chef salt ansible buffer bitbucket jira confluence trello drive",
  "docs sheets slides maps photos meet hangouts drop box mint arch debian fedora gnome unity signal",
  "telegram line viber pages numbers notes keynote bridge premiere illustrator flash fireworks",
  "times guardian economist nature science cell time life people fortune forbes wired post mirror",
  "kiss queen doors eagles police cure band train heart rush boston chicago kansas europe asia",
  "price page park field fields stone lake rock rocky chip sunny sandy rusty stone banks bell berry bird",
  "blue booth bond bridges brook brooks butler camp case church cooper cross day fox gates gold golden",
  "grant green hall hand harper hart head heath home house hunt judge knight lamb lane lee love low major",
  "marks marsh mills moody moon more moss noble parks peace perry peters pitt pool porter potter power",
  "powers rain read reed rich rider root sales sharp shaw small snow spears star steel street strong",
  "swan temple tower travel travis underwood wall ward waters weaver webb weeks wells wise wolf world",
  "west east north south southern northern western eastern new old big first last best next",
  "friends office lost house bones castle suits dexter frozen cars up it her drive heat alien",
);

/** Whether a capital letter at the word's beginning may make another word of it. */
export function isCased(lower: string): boolean {
  return CASED_WORDS.has(lower);
}
