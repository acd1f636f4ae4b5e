// The program under test, with the sandbox inside.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

export class LoginServer {
  static async start(...options) {
    const server = new LoginServer();
    server.process = spawn(process.env.LOGIN_SERVER, ["--sandbox", "--port", "0", ...options]);
    server.log = [];
    createInterface({ input: server.process.stdout }).on("line", (line) => server.log.push(line));
    for await (const line of createInterface({ input: server.process.stderr })) {
      const found = /^Open (http:\/\/[^ ]+)\/ /.exec(line);
      if (found) {
        server.url = found[1];
        return server;
      }
    }
    throw new Error("the server did not start");
  }

  /** The lines of one kind of event. */
  events(event) {
    return this.log.map((line) => JSON.parse(line)).filter((each) => each.event === event);
  }

  /** A metric's value, its labels written as the server writes them. */
  async metric(sample) {
    const text = await (await fetch(`${this.url}/metrics`)).text();
    const line = text.split("\n").find((each) => each.startsWith(`${sample} `));
    return line ? Number(line.split(" ").at(-1)) : 0;
  }

  /** Returns the exit status. */
  async stop() {
    const ended = once(this.process, "close");
    this.process.kill("SIGTERM");
    return (await ended)[0];
  }
}
