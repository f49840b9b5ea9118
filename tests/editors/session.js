// Speaks with the real server over the extension's own connection, and tells what it heard as JSON.
"use strict";

const { Connection } = require(process.argv[2]);
const [file, command] = [process.argv[3], process.argv.slice(4)];
const text = 'policy a "😀" # 😀\n  pro';
const heard = [];

const connection = new Connection(command, {
  onNotification: (method, params) => heard.push({ method, params }),
  onEnd: (reason) => process.stdout.write(JSON.stringify({ heard, answers, reason })),
});
const answers = {};

async function speak() {
  const watching = { dynamicRegistration: true };
  await connection.request("initialize", {
    processId: process.pid,
    rootUri: null,
    capabilities: { workspace: { didChangeWatchedFiles: watching } },
  });
  connection.notify("initialized", {});
  const textDocument = { uri: file, languageId: "assent", version: 1, text };
  connection.notify("textDocument/didOpen", { textDocument });
  const position = { line: 1, character: 5 };
  answers.completion = await connection.request("textDocument/completion", {
    textDocument: { uri: file },
    position,
  });
  answers.refusal = await connection
    .request("textDocument/rename", { textDocument: { uri: file }, position, newName: "x" })
    .catch((error) => error.message);
  await connection.stop();
}

speak();
