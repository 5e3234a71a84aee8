// The folder arrows of ARCHITECTURE.md as lint rules:
// kernel ← mcp ← core ← {adapters, edges} ← app ← bin.
// Run by `npm run lint`; a test plants violations and expects each to be caught.

const FEATURES =
  "access|audit|cache|calls|catalog|discovery|events|expressions|metrics|plans|resilience|results|tokens|upstream";
const ADAPTERS = [
  "embedding",
  "files",
  "pino",
  "prometheus",
  "redis",
  "tokens",
  "upstream",
  "vectors",
];
const EDGES = ["admin", "cli", "http", "mcp"];

const TESTS = ["**/*.test.ts", "**/*.contract.ts"];

const BUILTIN_IO =
  "^(?:node:)?(?:fs|net|http|https|http2|tls|dns|dgram|child_process|cluster|os|path|process|readline|stream|worker_threads|timers)(?:/.*)?$";

/** Forbids folders of the product, seen from any depth. */
const folders = (names, message) => ({ regex: `^(?:\\.\\./)+(?:${names.join("|")})/`, message });

const noIo = (folder) => ({ regex: BUILTIN_IO, message: `${folder} does no I/O.` });

/** Forbids npm packages other than those allowed. Stands last: what it allows, the linter asks no further. */
const packages = (allowed, message) => ({
  group: ["*", "@*/*", "!.*", "!./**", "!../**", "!node:*", ...allowed.map((name) => `!${name}`)],
  message,
});

/** Forbids the files of some folders other than those named: the linter knows no look-ahead. */
const filesExcept = (prefix, allowed, message) => ({
  regex: `^${prefix}${allBut(allowed)}$`,
  message,
});

const escape = (text) => text.replaceAll(/[.\-\]^\\]/g, String.raw`\$&`);

/** A pattern for every file name that is not one of `names`. */
function allBut(names) {
  const next = new Map();
  for (const name of names.filter((rest) => rest !== "")) {
    next.set(name[0], [...(next.get(name[0]) ?? []), name.slice(1)]);
  }
  const empty = names.includes("") ? [] : [""];
  if (next.size === 0) return `(?:${[...empty, "[^/]+"].join("|")})`;
  const others = `[^/${[...next.keys()].map(escape).join("")}][^/]*`;
  const same = [...next].map(([first, rests]) => escape(first) + allBut(rests));
  return `(?:${[...empty, others, ...same].join("|")})`;
}

const rule = (...patterns) => ({ "no-restricted-imports": ["error", { patterns }] });
const area = (files, ...patterns) => ({ files, excludeFiles: TESTS, rules: rule(...patterns) });

const ABOVE_CORE = ["contract", "config", "adapters", "edges", "app", "bin"];
const CORE_PACKAGES = [
  "ajv",
  "ajv/**",
  "ajv-formats",
  "canonicalize",
  "lru-cache",
  "opossum",
  "@jmespath-community/*",
];

const featureIndex = filesExcept(
  `(?:\\.\\./)+core/(?:${FEATURES})/(?:[^/]+/)*`,
  ["index.ts"],
  "Import a feature of core through its index.ts.",
);

const adapterAreas = ADAPTERS.map((name) =>
  area(
    [`src/adapters/${name}/**/*.ts`],
    folders(
      ["contract", "config", "edges", "app", "bin"],
      "An adapter imports its own library, core's ports, kernel and mcp.",
    ),
    featureIndex,
    // Seen from inside, a sibling is at most three folders up; core's are reached through core/.
    folders(
      ADAPTERS.filter((other) => other !== name),
      "An adapter never imports another adapter.",
    ),
  ),
);

const edgeAreas = EDGES.flatMap((name) =>
  ["*.ts", "*/*.ts", "*/*/*.ts", "*/*/*/*.ts"].map((depth, levels) =>
    area(
      [`src/edges/${name}/${depth}`],
      folders(
        ["config", "adapters", "app", "bin"],
        "An edge never imports config, adapters or app: it is handed what it needs.",
      ),
      featureIndex,
      {
        regex: `^(?:\\.\\./){${levels + 1}}(?:${EDGES.filter((other) => other !== name).join("|")})/`,
        message: "An edge never imports another edge.",
      },
    ),
  ),
);

const noEnvironment = {
  object: "process",
  property: "env",
  message: "Only config reads process.env.",
};

export default {
  categories: { correctness: "off" },
  plugins: ["import"],
  rules: { "import/no-cycle": "error" },
  overrides: [
    area(
      ["src/kernel/**/*.ts"],
      folders(["mcp", "core", ...ABOVE_CORE], "kernel imports nothing of the product."),
      noIo("kernel"),
      packages([], "kernel imports no npm package."),
    ),
    area(
      ["src/mcp/**/*.ts"],
      folders(["core", ...ABOVE_CORE], "mcp imports kernel only."),
      noIo("mcp"),
      packages([], "mcp imports no npm package."),
    ),
    area(
      ["src/core/**/*.ts"],
      folders(ABOVE_CORE, "core imports kernel and mcp; what it needs from outside is a port."),
      noIo("core"),
      filesExcept(
        `\\.\\./(?:\\.\\./)?(?:${FEATURES})/(?:[^/]+/)*`,
        ["index.ts", "options.ts"],
        "Import another feature through its index.ts.",
      ),
      packages(CORE_PACKAGES, `core imports only ${CORE_PACKAGES.join(", ")} from npm.`),
    ),
    area(
      ["src/contract/**/*.ts"],
      folders(["mcp", "core", ...ABOVE_CORE.slice(1)], "contract imports kernel and zod only."),
      packages(["zod"], "contract imports kernel and zod only."),
    ),
    area(
      ["src/config/**/*.ts"],
      folders(["mcp", "contract", "app", "bin"], "config imports kernel and others' options.ts."),
      filesExcept(
        "(?:\\.\\./)+(?:core|adapters|edges)/(?:[a-z-]+/)*",
        ["options.ts"],
        "config imports only the options.ts of other folders.",
      ),
    ),
    ...adapterAreas,
    ...edgeAreas,
    area(["src/app/**/*.ts"], folders(["bin"], "app never imports bin.")),
    {
      files: ["src/**/*.ts"],
      // OpenMP takes its thread count from the environment alone, when FAISS is loaded.
      excludeFiles: ["src/config/**", "src/adapters/vectors/faiss/load-faiss.ts", ...TESTS],
      rules: { "no-restricted-properties": ["error", noEnvironment] },
    },
    {
      files: ["src/core/**/*.ts"],
      excludeFiles: TESTS,
      rules: {
        "no-restricted-globals": [
          "error",
          { name: "setTimeout", message: "Use the Clock." },
          { name: "setInterval", message: "Use the Clock." },
          { name: "performance", message: "Use the Clock." },
        ],
        "no-restricted-properties": [
          "error",
          noEnvironment,
          { object: "Date", property: "now", message: "Use the Clock." },
          { object: "Math", property: "random", message: "Use Random." },
        ],
      },
    },
  ],
};
