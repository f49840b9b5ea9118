// The extension: starts `assent lsp`, tells it of open policies, and hands its answers to VS Code.
// It uses what Node and VS Code bring along, and no package besides.
"use strict";

const vscode = require("vscode");
const { Connection } = require("./connection");

const POLICIES = { language: "assent" };
const TRIGGERS = [".", " ", "{", "/"];

let connection = null;
let diagnostics = null;
let isStopping = false;

async function activate(context) {
  diagnostics = vscode.languages.createDiagnosticCollection("assent");
  const watcher = vscode.workspace.createFileSystemWatcher("**/*.{policy,csv}");
  const touched = (uri, type) =>
    tell("workspace/didChangeWatchedFiles", { changes: [{ uri: uri.toString(), type }] });
  context.subscriptions.push(
    diagnostics,
    watcher,
    watcher.onDidCreate((uri) => touched(uri, 1)),
    watcher.onDidChange((uri) => touched(uri, 2)),
    watcher.onDidDelete((uri) => touched(uri, 3)),
    vscode.commands.registerCommand("assent.restart", restart),
    ...documents(),
    ...providers(),
  );
  await start();
}

async function deactivate() {
  isStopping = true;
  await connection?.stop().catch(() => {});
}

// --- the server ----------------------------------------------------------------------------------

async function start() {
  isStopping = false;
  const command = vscode.workspace.getConfiguration("assent").get("command");
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  connection = new Connection(command, {
    cwd: folder?.scheme === "file" ? folder.fsPath : undefined,
    onNotification: heard,
    onEnd: (reason) => ended(command, reason),
  });
  try {
    await connection.request("initialize", {
      processId: process.pid,
      rootUri: folder?.toString() ?? null,
      capabilities: { general: { positionEncodings: ["utf-16"] } },
    });
  } catch {
    return; // `ended` has said why.
  }
  tell("initialized", {});
  vscode.workspace.textDocuments.forEach(opened);
}

async function restart() {
  isStopping = true;
  await connection?.stop().catch(() => {});
  diagnostics.clear();
  await start();
}

function ended(command, reason) {
  if (!isStopping) {
    vscode.window.showErrorMessage(
      `Assent: \`${command.join(" ")}\` is not running: ${reason}. ` +
        "Install it with `pip install 'assent[lsp]'`, or set `assent.command`.",
    );
  }
}

function heard(method, params) {
  if (method === "textDocument/publishDiagnostics") {
    diagnostics.set(vscode.Uri.parse(params.uri), params.diagnostics.map(diagnostic));
  } else if (method === "window/showMessage") {
    vscode.window.showWarningMessage(`Assent: ${params.message}`);
  }
}

function tell(method, params) {
  connection?.notify(method, params);
}

// --- documents -----------------------------------------------------------------------------------

function documents() {
  return [
    vscode.workspace.onDidOpenTextDocument(opened),
    vscode.workspace.onDidChangeTextDocument(({ document }) => {
      if (isPolicy(document)) {
        tell("textDocument/didChange", {
          textDocument: { uri: document.uri.toString(), version: document.version },
          contentChanges: [{ text: document.getText() }],
        });
      }
    }),
    vscode.workspace.onDidSaveTextDocument((document) => {
      if (isPolicy(document)) {
        tell("textDocument/didSave", { textDocument: { uri: document.uri.toString() } });
      }
    }),
    vscode.workspace.onDidCloseTextDocument((document) => {
      if (isPolicy(document)) {
        tell("textDocument/didClose", { textDocument: { uri: document.uri.toString() } });
      }
    }),
  ];
}

function isPolicy(document) {
  return vscode.languages.match(POLICIES, document) > 0;
}

function opened(document) {
  if (isPolicy(document)) {
    tell("textDocument/didOpen", {
      textDocument: {
        uri: document.uri.toString(),
        languageId: "assent",
        version: document.version,
        text: document.getText(),
      },
    });
  }
}

// --- questions -----------------------------------------------------------------------------------

function providers() {
  const { languages } = vscode;
  return [
    languages.registerHoverProvider(POLICIES, {
      provideHover: async (document, position) => {
        const found = await ask("hover", document, { position });
        return found && new vscode.Hover(markdown(found.contents.value), range(found.range));
      },
    }),
    languages.registerCompletionItemProvider(
      POLICIES,
      {
        provideCompletionItems: async (document, position) =>
          (await ask("completion", document, { position })).items.map(candidate),
      },
      ...TRIGGERS,
    ),
    languages.registerDefinitionProvider(POLICIES, {
      provideDefinition: async (document, position) =>
        (await ask("definition", document, { position })).map(location),
    }),
    languages.registerReferenceProvider(POLICIES, {
      provideReferences: async (document, position, context) =>
        (await ask("references", document, { position, context })).map(location),
    }),
    languages.registerDocumentSymbolProvider(POLICIES, {
      provideDocumentSymbols: async (document) =>
        (await ask("documentSymbol", document)).map(symbol),
    }),
    languages.registerRenameProvider(POLICIES, {
      prepareRename: async (document, position) => {
        const found = await ask("prepareRename", document, { position });
        return { range: range(found.range), placeholder: found.placeholder };
      },
      provideRenameEdits: async (document, position, newName) =>
        workspaceEdit(await ask("rename", document, { position, newName })),
    }),
    languages.registerDocumentFormattingEditProvider(POLICIES, {
      provideDocumentFormattingEdits: async (document, options) =>
        (await ask("formatting", document, { options })).map(textEdit),
    }),
    languages.registerCodeActionsProvider(POLICIES, { provideCodeActions: codeActions }),
  ];
}

function ask(method, document, more = {}) {
  const textDocument = { uri: document.uri.toString() };
  return connection.request(`textDocument/${method}`, { textDocument, ...more });
}

async function codeActions(document, span, context) {
  const found = await ask("codeAction", document, {
    range: { start: span.start, end: span.end },
    context: {
      diagnostics: [],
      only: context.only && [context.only.value],
      triggerKind: context.triggerKind,
    },
  });
  return found.map((each) => {
    const action = new vscode.CodeAction(each.title, vscode.CodeActionKind.Empty.append(each.kind));
    action.edit = workspaceEdit(each.edit);
    action.diagnostics = each.diagnostics?.map(diagnostic);
    action.isPreferred = each.isPreferred;
    return action;
  });
}

// --- shapes of the protocol as those of VS Code ----------------------------------------------------
// The numbers of the protocol begin at one where those of VS Code begin at zero.

const range = ({ start, end }) =>
  new vscode.Range(start.line, start.character, end.line, end.character);
const location = (found) => new vscode.Location(vscode.Uri.parse(found.uri), range(found.range));
const textEdit = (found) => vscode.TextEdit.replace(range(found.range), found.newText);
const markdown = (text) => new vscode.MarkdownString(text);

function diagnostic(found) {
  const made = new vscode.Diagnostic(range(found.range), found.message, found.severity - 1);
  const page = found.codeDescription && vscode.Uri.parse(found.codeDescription.href);
  made.code = page ? { value: found.code, target: page } : found.code;
  made.source = found.source;
  return made;
}

function candidate(found) {
  const made = new vscode.CompletionItem(found.label, found.kind - 1);
  made.detail = found.detail;
  made.sortText = found.sortText;
  made.filterText = found.filterText;
  made.insertText = found.textEdit.newText;
  made.range = range(found.textEdit.range);
  return made;
}

function symbol(found) {
  const made = new vscode.DocumentSymbol(
    found.name,
    found.detail ?? "",
    found.kind - 1,
    range(found.range),
    range(found.selectionRange),
  );
  made.children = found.children.map(symbol);
  return made;
}

function workspaceEdit({ changes }) {
  const made = new vscode.WorkspaceEdit();
  for (const [uri, edits] of Object.entries(changes)) {
    made.set(vscode.Uri.parse(uri), edits.map(textEdit));
  }
  return made;
}

module.exports = { activate, deactivate };
