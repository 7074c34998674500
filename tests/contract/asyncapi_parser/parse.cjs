// Reads an AsyncAPI document from standard input, prints the parser's diagnostics.
const { Parser } = require("@asyncapi/parser");
const { readFileSync } = require("node:fs");

new Parser().parse(readFileSync(0, "utf8")).then(({ document, diagnostics }) => {
  const found = diagnostics.map(({ severity, code, message, path }) => ({
    severity, code, message, path: path.join("."),
  }));
  const operations = document ? document.operations().all().length : 0;
  process.stdout.write(JSON.stringify({ operations, diagnostics: found }));
});
