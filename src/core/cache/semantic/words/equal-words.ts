/**
 * Words, parted by `=`, that say the same wherever they stand; the first is what the others become.
 * Whatever may mean something else in some place (`app`, `folder`, `mail`, `pounds`) is not here.
 */
const EQUAL_WORDS: readonly string[] = [
  "a=an",
  "about=regarding",
  "versus=vs",
  "ok=okay",
  "info=information",
  "docs=documentation",
  "repo=repository",
  "repos=repositories",
  "config=configuration",
  "configs=configurations",
  "database=db",
  "databases=dbs",
  "email=e-mail",
  "emails=e-mails",
  "film=movie",
  "films=movies",
  "photo=photograph",
  "photos=photographs",
  "kubernetes=k8s",
  "postgres=postgresql",
  "biggest=largest",
  "analyze=analyse",
  "behavior=behaviour",
  "canceled=cancelled",
  "catalog=catalogue",
  "center=centre",
  "color=colour",
  "colors=colours",
  "favorite=favourite",
  "favorites=favourites",
  "harbor=harbour",
  "labeled=labelled",
  "license=licence",
  "neighbor=neighbour",
  "neighborhood=neighbourhood",
  "organization=organisation",
  "organizations=organisations",
  "optimize=optimise",
  "summarize=summarise",
  "theater=theatre",
  "traveling=travelling",
];

/** Units behind a number; elsewhere `hr` may be a department and `min` a minimum. */
const EQUAL_UNITS: readonly string[] = [
  "dollars=dollar",
  "euros=euro=eur",
  "percent=%",
  "seconds=secs=sec",
  "minutes=minute=min=mins",
  "hours=hour=hr=hrs=h",
  "days=day",
  "weeks=week",
  "km=kms=kilometer=kilometers=kilometre=kilometres",
  "meters=metres",
  "kg=kgs=kilo=kilos=kilogram=kilograms",
  "liters=litres",
];

/** Misspellings that are words of no kind, with what is meant. */
const MISSPELLINGS: readonly string[] = [
  "accommodation=accomodation=acommodation=accomadation",
  "address=adress=addres",
  "addresses=adresses",
  "and=adn",
  "authentication=authentification=autentication",
  "available=availible=avaliable=availabe=avaible",
  "beginning=begining",
  "business=buisness=bussiness",
  "committee=comittee=commitee",
  "definitely=definately",
  "definition=definiton=defintion",
  "dependency=dependancy=depedency",
  "environment=enviroment=enviornment",
  "february=febuary",
  "find=fidn",
  "forecast=forcast",
  "friend=freind",
  "government=goverment",
  "language=langauge",
  "length=lenght",
  "list=lsit",
  "maintenance=maintainance=maintenence",
  "management=managment",
  "message=mesage=messsage",
  "messages=mesages",
  "necessary=neccessary=necesary",
  "occurred=occured",
  "please=pelase=plese",
  "python=pyhton",
  "receipt=reciept",
  "receive=recieve",
  "received=recieved",
  "recommendation=recomendation=reccomendation",
  "restaurant=restaraunt=restaurent",
  "restaurants=restaraunts=restaurents",
  "saturday=saterday",
  "schedule=shedule=scedule",
  "search=serach=seach",
  "separate=seperate",
  "show=shwo",
  "successful=succesful",
  "temperature=temprature=temperture",
  "the=teh",
  "their=thier",
  "tomorrow=tommorow=tommorrow=tomorow",
  "until=untill",
  "weather=waether=weahter",
  "wednesday=wensday=wendesday",
  "which=wich",
  "with=wiht",
  "yesterday=yesteday=yesturday",
];

function canon(lines: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    lines.flatMap((line) => {
      const [first = "", ...others] = line.split("=");
      return others.map((other) => [other, first] as const);
    }),
  );
}

const WORDS = /* @__PURE__ */ canon([...EQUAL_WORDS, ...MISSPELLINGS]);
const UNITS = /* @__PURE__ */ canon(EQUAL_UNITS);

/** What a lower-case English word is written as; itself, where no other is known to be its equal. */
export function equalWord(word: string): string {
  return WORDS.get(word) ?? word;
}

/** The same for a word that stands behind a number. */
export function equalUnit(word: string): string {
  return UNITS.get(word) ?? equalWord(word);
}
