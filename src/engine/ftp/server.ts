import { FTP } from '../../core/rules/ftp.ts';
import type { Effects, StreamId, StreamInput } from '../../core/service.ts';
import { afterSeconds, type Instant, NEVER } from '../../core/time.ts';
import { FTP_PORT } from '../../codec/ftp.ts';
import type { FileTable } from '../../store/file-table.ts';
import { Control, type DataWatcher } from './control.ts';
import { DataPorts } from './data-ports.ts';
import { runCommand } from './commands.ts';

export interface FtpServerOptions {
  readonly files: FileTable;
  readonly passivePorts: { readonly first: number; readonly last: number };
}

/** Beyond what a lesson has; the next one is told 421. */
const CONTROLS_MAX = 256;
/** RFC 1123 §4.1.3.2: five minutes at least. */
const IDLE_SECONDS = 300;
/** How long a transfer waits for its data connection. */
const DATA_WAIT_SECONDS = 20;

/** An FTP server of public files, to be read only: as much of RFC 959 and RFC 2428 as its two connections take. */
export class FtpServer {
  readonly #options: FtpServerOptions;
  readonly #controls = new Map<StreamId, Control>();
  /** Data connections that are open or being opened, with their control connection. */
  readonly #data = new Map<StreamId, Control>();
  readonly #ports: DataPorts;
  readonly #watcher: DataWatcher = {
    begun: (stream, owner) => this.#data.set(stream, owner),
    cut: (stream) => this.#data.delete(stream),
  };

  constructor(options: FtpServerOptions) {
    this.#options = options;
    this.#ports = new DataPorts(options.passivePorts);
  }

  stream(input: StreamInput, now: Instant, effects: Effects): void {
    const control = this.#controls.get(input.stream);
    const owner = this.#data.get(input.stream);
    switch (input.event) {
      case 'opened':
        if (owner !== undefined) return owner.dataOpened(input.stream, effects);
        if (input.local.port === FTP_PORT) return this.#greet(input, now, effects);
        return this.#accept(input, effects);
      case 'octets':
        if (control !== undefined) this.#read(control, input.octets, now, effects);
        return;
      case 'closed':
      case 'reset':
        if (control !== undefined) this.#end(control, input.event, effects);
        if (owner !== undefined) {
          this.#data.delete(input.stream);
          owner.dataEnded(input.stream, input.event, effects);
        }
    }
  }

  deadline(): Instant {
    let first = NEVER;
    for (const { wakeAt } of this.#controls.values()) if (wakeAt < first) first = wakeAt;
    return first;
  }

  wake(now: Instant, effects: Effects): void {
    for (const control of this.#controls.values()) {
      if (control.wakeAt > now) continue;
      if (control.isWaitingForData) {
        control.giveUpData(effects);
        control.wakeAt = afterSeconds(now, IDLE_SECONDS);
      } else {
        control.reply(421, 'idle for too long', effects);
        this.#end(control, 'closed', effects);
      }
    }
  }

  #greet({ stream, local, peer }: StreamInput & { event: 'opened' }, now: Instant, effects: Effects): void {
    const control = new Control(
      stream,
      { local: { ...local }, peer: { ...peer } },
      this.#ports,
      this.#watcher,
    );
    if (this.#controls.size >= CONTROLS_MAX) {
      effects.because(FTP.tooMany);
      control.reply(421, 'too many clients', effects);
      return effects.close(stream);
    }
    this.#controls.set(stream, control);
    control.wakeAt = afterSeconds(now, IDLE_SECONDS);
    effects.because(FTP.greeted);
    control.reply(220, 'headend FTP: public files, read only', effects);
  }

  /** A client has come to a port of passive mode. RFC 2577 §8: only from where its control connection comes. */
  #accept({ stream, local, peer }: StreamInput & { event: 'opened' }, effects: Effects): void {
    const owner = this.#ports.ownerOf(local.port);
    if (owner === undefined || owner.peer.address !== peer.address || !owner.takesData(stream)) {
      effects.because(FTP.portRefused, effects.explains ? `data connection from a stranger` : undefined);
      return effects.reset(stream);
    }
    this.#data.set(stream, owner);
    owner.dataOpened(stream, effects);
  }

  #read(control: Control, octets: Uint8Array, now: Instant, effects: Effects): void {
    const lines = control.lines.push(octets);
    if (lines === undefined) {
      effects.because(FTP.tooMany);
      control.reply(500, 'the line is too long', effects);
      return this.#end(control, 'closed', effects);
    }
    for (const line of lines) {
      if (control.isOver) return;
      runCommand(line, control, this.#options.files, effects);
    }
    control.wakeAt = afterSeconds(now, control.isWaitingForData ? DATA_WAIT_SECONDS : IDLE_SECONDS);
    if (control.isOver) this.#end(control, 'closed', effects);
  }

  #end(control: Control, how: 'closed' | 'reset', effects: Effects): void {
    this.#controls.delete(control.stream);
    // RFC 959 §3.2: with the control connection the data connection ends, but for what is on its way.
    control.release(effects);
    if (how === 'closed') effects.close(control.stream);
  }
}
