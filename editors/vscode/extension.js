"use strict";

// Starts `scmlang lsp` and speaks with it; everything else is the server's.

const vscode = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

let client;

function makeClient() {
  const [command, ...args] = vscode.workspace.getConfiguration("scmlang").get("command");
  const server = { command, args };
  const options = { documentSelector: [{ language: "scmlang" }] };
  return new LanguageClient("scmlang", "scmlang", server, options);
}

async function start() {
  client = makeClient();
  try {
    await client.start();
  } catch (error) {
    vscode.window.showErrorMessage(
      `scmlang: the language server does not start (${error.message}). ` +
        "Install it with `pip install 'scmlang[lsp]'`, or name it in the setting `scmlang.command`."
    );
  }
}

async function stop() {
  const running = client;
  client = undefined;
  if (running?.needsStop()) {
    await running.stop();
  }
}

async function restart() {
  await stop();
  await start();
}

async function activate(context) {
  context.subscriptions.push(
    vscode.commands.registerCommand("scmlang.restart", restart),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration("scmlang.command")) {
        return restart();
      }
    })
  );
  await start();
}

module.exports = { activate, deactivate: stop };
