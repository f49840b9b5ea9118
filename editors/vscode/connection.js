// JSON-RPC 2.0 over the standard streams of a process, framed as the Language Server Protocol has it
// (LSP 3.17, "Base Protocol"). It knows nothing of any editor.
"use strict";

const { spawn } = require("node:child_process");

const HEAD_END = "\r\n\r\n";

class Connection {
  /**
   * Start a command. `onNotification(method, params)` is told what the server says of itself,
   * `onEnd(reason)` once when the process has ended or cannot be started.
   */
  constructor([command, ...args], { onNotification, onEnd, cwd }) {
    this.onNotification = onNotification;
    this.onEnd = onEnd;
    this.waiting = new Map();
    this.lastId = 0;
    this.received = Buffer.alloc(0);
    this.hasEnded = false;
    this.process = spawn(command, args, { cwd, stdio: ["pipe", "pipe", "ignore"] });
    this.process.stdout.on("data", (data) => this.receive(data));
    this.process.stdin.on("error", () => {});
    this.process.on("error", (error) => this.end(error.message));
    this.process.on("exit", (status) => this.end(`it ended with status ${status}`));
  }

  /** Ask, and return a promise of the answer. */
  request(method, params) {
    if (this.hasEnded) {
      return Promise.reject(new Error("the language server is not running"));
    }
    const id = ++this.lastId;
    this.send({ id, method, params });
    return new Promise((resolve, reject) => this.waiting.set(id, { resolve, reject }));
  }

  /** Tell, without an answer. */
  notify(method, params) {
    if (!this.hasEnded) {
      this.send({ method, params });
    }
  }

  /** Shut the server down as the protocol has it. */
  async stop() {
    await this.request("shutdown", null);
    this.notify("exit", null);
  }

  send(message) {
    const body = Buffer.from(JSON.stringify({ jsonrpc: "2.0", ...message }), "utf8");
    this.process.stdin.write(`Content-Length: ${body.length}${HEAD_END}`);
    this.process.stdin.write(body);
  }

  receive(data) {
    this.received = Buffer.concat([this.received, data]);
    for (;;) {
      const head = this.received.indexOf(HEAD_END);
      if (head < 0) {
        return;
      }
      const length = /content-length: *(\d+)/i.exec(this.received.toString("ascii", 0, head));
      const start = head + HEAD_END.length;
      const end = start + Number(length[1]);
      if (this.received.length < end) {
        return;
      }
      const message = JSON.parse(this.received.toString("utf8", start, end));
      this.received = this.received.subarray(end);
      this.take(message);
    }
  }

  take({ id, method, params, result, error }) {
    if (method !== undefined) {
      this.onNotification(method, params);
      if (id !== undefined) {
        this.send({ id, result: null }); // Requests of the server only register what is done anyway.
      }
      return;
    }
    const asked = this.waiting.get(id);
    this.waiting.delete(id);
    if (error !== undefined) {
      asked.reject(new Error(error.message));
    } else {
      asked.resolve(result);
    }
  }

  end(reason) {
    if (this.hasEnded) {
      return;
    }
    this.hasEnded = true;
    for (const { reject } of this.waiting.values()) {
      reject(new Error(reason));
    }
    this.waiting.clear();
    this.onEnd(reason);
  }
}

module.exports = { Connection };
