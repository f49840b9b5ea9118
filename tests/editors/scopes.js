// Colours a policy by VS Code's own tokenizer; prints each token with its innermost scope as JSON.
"use strict";

const { readFileSync } = require("node:fs");
const [grammar, modules] = process.argv.slice(2);
const { INITIAL, Registry, parseRawGrammar } = require(`${modules}/vscode-textmate`);
const { OnigScanner, OnigString, loadWASM } = require(`${modules}/vscode-oniguruma`);

async function tokens(text) {
  await loadWASM(readFileSync(`${modules}/vscode-oniguruma/release/onig.wasm`).buffer);
  const onigLib = Promise.resolve({
    createOnigScanner: (patterns) => new OnigScanner(patterns),
    createOnigString: (string) => new OnigString(string),
  });
  const loadGrammar = async () => parseRawGrammar(readFileSync(grammar, "utf8"), grammar);
  const loaded = await new Registry({ onigLib, loadGrammar }).loadGrammar("source.assent");
  let state = INITIAL;
  return text.split("\n").map((line) => {
    const { tokens: found, ruleStack } = loaded.tokenizeLine(line, state);
    state = ruleStack;
    return found.map((each) => [line.slice(each.startIndex, each.endIndex), each.scopes.at(-1)]);
  });
}

tokens(readFileSync(0, "utf8")).then((lines) => process.stdout.write(JSON.stringify(lines)));
