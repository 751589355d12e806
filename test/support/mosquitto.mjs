/** A real MQTT broker for tests and benchmarks: Mosquitto with one door, for WebSockets. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.mjs';

const START_TIMEOUT = 10_000;
const RUNNING = /mosquitto version \S+ running/;

/** A plugin that comes with it, in a folder named after the machine. */
function pluginPath() {
  const name = 'mosquitto_dynamic_security.so';
  const path = ['', ...readdirSync('/usr/lib')].map((dir) => join('/usr/lib', dir, name)).find(existsSync);
  if (!path) throw new Error(`There is no ${name} below /usr/lib.`);
  return path;
}

export class Mosquitto {
  #dir = mkdtempSync(join(tmpdir(), 'peer-elements-mqtt-'));
  #users;
  #acl;
  #isDeaf;
  #host;
  #port = 0;
  #child;

  /**
   * @param {object} [options]
   * @param {Record<string, string>} [options.users] passwords by name; without, everybody may come in
   * @param {boolean} [options.deaf] grants no subscription
   * @param {string[]} [options.acl] lines as in `topic readwrite public/#`; without, everything is allowed
   * @param {string} [options.host] address that it listens at
   */
  constructor({ users, acl, deaf = false, host = '127.0.0.1' } = {}) {
    this.#users = users;
    this.#acl = acl;
    this.#isDeaf = deaf;
    this.#host = host;
  }

  get port() {
    return this.#port;
  }

  get url() {
    return `mqtt+ws://127.0.0.1:${this.#port}/`;
  }

  /** On any free port at first, on the same one ever after. */
  async start() {
    if (this.#child) return;
    this.#port ||= await freePort();
    const child = spawn('mosquitto', ['-c', this.#configure()], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    child.once('exit', () => {
      if (this.#child === child) this.#child = undefined;
    });
    let output = '';
    await new Promise((resolve, reject) => {
      const fail = (why) => reject(new Error(`The MQTT broker ${why}.\n${output}`));
      const timer = setTimeout(fail, START_TIMEOUT, 'did not say that it runs');
      child.once('error', (error) => fail(`did not start: ${error.message}`));
      child.once('exit', (code) => fail(`exited with ${code}`));
      for (const stream of [child.stdout, child.stderr]) {
        stream.on('data', (chunk) => {
          output += chunk;
          if (!RUNNING.test(output)) return;
          clearTimeout(timer);
          resolve();
        });
      }
    });
  }

  /** @param {NodeJS.Signals} signal */
  async stop(signal = 'SIGTERM') {
    const child = this.#child;
    if (!child) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  }

  async drain() {
    await this.stop();
  }

  async dispose() {
    await this.stop('SIGKILL');
    rmSync(this.#dir, { recursive: true, force: true });
  }

  #configure() {
    const path = (name) => join(this.#dir, name);
    const lines = [
      `listener ${this.#port} ${this.#host}`,
      'protocol websockets',
      'socket_domain ipv4',
      // Mosquitto 2.0 takes a broker that has none but WebSockets for one without any door.
      `listener 0 ${path('socket')}`,
      'persistence false',
      'log_dest stderr',
      'log_type all',
      // It would become one that may not read what is in this folder.
      ...(process.getuid?.() === 0 ? ['user root'] : []),
      `allow_anonymous ${this.#users === undefined}`,
    ];
    if (this.#users) {
      writeFileSync(path('users'), '');
      for (const [name, password] of Object.entries(this.#users)) {
        const { status } = spawnSync('mosquitto_passwd', ['-b', path('users'), name, password]);
        if (status !== 0) throw new Error('mosquitto_passwd failed');
      }
      lines.push(`password_file ${path('users')}`);
    }
    if (this.#acl) {
      writeFileSync(path('acl'), `${this.#acl.join('\n')}\n`);
      lines.push(`acl_file ${path('acl')}`);
    }
    if (this.#isDeaf) {
      const allowed = { publishClientSend: true, publishClientReceive: true, unsubscribe: true };
      writeFileSync(
        path('rules.json'),
        JSON.stringify({ defaultACLAccess: { ...allowed, subscribe: false } }),
      );
      lines.push(`plugin ${pluginPath()}`, `plugin_opt_config_file ${path('rules.json')}`);
    }
    writeFileSync(path('mosquitto.conf'), `${lines.join('\n')}\n`);
    return path('mosquitto.conf');
  }
}
