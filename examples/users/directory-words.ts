/** Word lists the generated directory is mixed from. Invented people and firms; any likeness is chance. */

export const givenNames: readonly string[] = [
  ..."Alice Adrian Amara Anton Beatriz Bruno Carla Cedric Chiara Dario Daniela Elias Emma Enzo Fatima Felix".split(
    " ",
  ),
  ..."Freya Gabriel Greta Hana Hugo Ingrid Ivan Jana Jonas Karim Kira Lars Leila Leon Lucía Magda Malik Marta".split(
    " ",
  ),
  ..."Mateo Mia Milan Nadia Nils Nina Noah Olga Omar Oskar Paula Pavel Priya Rafael Rosa Ruben Sanna Selma".split(
    " ",
  ),
  ..."Simon Sofia Søren Tamar Theo Tomas Uma Vera Victor Wanda Yara Yusuf Zoë".split(" "),
];

export const surnames: readonly string[] = [
  ..."Abara Albrecht Andersen Aydin Baranov Becker Bellini Berg Bianchi Castro Chandra Cohen Costa Dahl Danko".split(
    " ",
  ),
  ..."Delgado Dubois Eriksen Farkas Ferrari Fischer Fontana Garcia Gruber Haddad Hansen Horvat Ibrahim Ivanova".split(
    " ",
  ),
  ..."Jansen Jensen Kaya Keller Kovács Kowalski Krause Lambert Larsen Lindgren Lopez Łukasik Maier Marino Mendes".split(
    " ",
  ),
  ..."Moreau Müller Nagy Nakamura Novak Nowak Okafor Olsen Okoye Papadakis Pereira Petrov Popescu Quist Rahman".split(
    " ",
  ),
  ..."Reyes Ricci Rossi Sato Schäfer Silva Singh Sousa Stein Svensson Tanaka Torres Urban Vargas Vogel Weber".split(
    " ",
  ),
  ..."Winter Yilmaz Zeman Zimmer".split(" "),
];

export const positions: readonly string[] = [
  "Accountant",
  "Account Manager",
  "Backend Engineer",
  "Buyer",
  "Customer Support Specialist",
  "Data Analyst",
  "Designer",
  "Head of Sales",
  "HR Partner",
  "Legal Counsel",
  "Logistics Planner",
  "Marketing Manager",
  "Operations Lead",
  "Product Manager",
  "Quality Engineer",
  "Research Scientist",
  "Site Reliability Engineer",
  "Technical Writer",
];

/** Companies and the cities of their offices. */
export const companies: readonly { name: string; cities: readonly string[] }[] = [
  { name: "Northwind Harbour", cities: ["Hamburg", "Rotterdam"] },
  { name: "Blue Heron Analytics", cities: ["Dublin", "Lisbon", "Toronto"] },
  { name: "Cedar & Pine Furniture", cities: ["Gothenburg"] },
  { name: "Lumen Grid Energy", cities: ["Aarhus", "Leipzig"] },
  { name: "Orchard Street Bank", cities: ["Zurich", "Vienna"] },
  { name: "Tidewater Robotics", cities: ["Osaka", "Eindhoven"] },
  { name: "Paper Lantern Books", cities: ["Prague"] },
  { name: "Granite Peak Outdoor", cities: ["Innsbruck", "Denver"] },
  { name: "Saffron Table Foods", cities: ["Valencia", "Istanbul"] },
  { name: "Quiet Valley Clinics", cities: ["Bern", "Graz"] },
  { name: "Ember & Oak Studios", cities: ["Warsaw"] },
  { name: "Meridian Freight", cities: ["Antwerp", "Singapore", "Santos"] },
  { name: "Foxglove Pharma", cities: ["Basel", "Copenhagen"] },
  { name: "Silver Birch Insurance", cities: ["Helsinki", "Tallinn"] },
  { name: "Kestrel Aerospace", cities: ["Toulouse", "Bremen"] },
  { name: "Open Furrow Farming", cities: ["Utrecht"] },
];
