/** The bar below the tiles of `<peer-video>`: what of ours is on, by which devices, and the way out. */
import { html, nothing, type TemplateResult } from 'lit';
import { ICONS } from './icons.js';
import { canShareScreen } from './video-capture.js';
import type { Kind, OwnMedia } from './video-own.js';
import type { Device, PeerVideoStrings } from './video-strings.js';
import { settle, steer } from './video-toolbar.js';

export interface ControlActions {
  readonly toggle: (device: Device) => void;
  /** Opens and closes the choice of devices. */
  readonly open: () => void;
  readonly leave: () => void;
  readonly choose: (kind: MediaDeviceKind, id: string) => void;
}

export interface ControlState {
  readonly own: OwnMedia;
  readonly open: boolean;
  /** There is something to leave. */
  readonly inside: boolean;
  /** Before joining, nothing is shared yet. */
  readonly preview: boolean;
  readonly devices: readonly MediaDeviceInfo[];
  readonly speaker: string;
}

const KINDS = {
  audio: ['mic', 'micOff'],
  video: ['camera', 'cameraOff'],
  screen: ['screen', 'screen'],
} as const;

function switchView(
  device: Device,
  name: string,
  own: OwnMedia,
  toggle: ControlActions['toggle'],
): TemplateResult {
  const on = own.isOn(device);
  const [is, isNot] = KINDS[device];
  return html`<button
    type="button"
    class="control ${device} ${on ? 'on' : 'off'}"
    part="control ${device} ${device}-${on ? 'on' : 'off'}"
    title=${name}
    aria-label=${name}
    aria-pressed=${String(on)}
    aria-busy=${own.isPending(device) ? 'true' : nothing}
    @click=${() => toggle(device)}
  >
    ${ICONS[on ? is : isNot]}
  </button>`;
}

export function controlsView(
  { own, open, inside, preview }: ControlState,
  s: PeerVideoStrings,
  { toggle, open: toOpen, leave }: ControlActions,
): TemplateResult {
  return html`<div
    class="controls"
    part="controls"
    role="toolbar"
    aria-label=${s.controls}
    @keydown=${steer}
    @focusin=${settle}
  >
    ${switchView('audio', s.microphone, own, toggle)} ${switchView('video', s.camera, own, toggle)}
    ${!preview && canShareScreen() ? switchView('screen', s.screen, own, toggle) : nothing}
    <button
      type="button"
      class="control devices"
      part="control devices"
      title=${s.devices}
      aria-label=${s.devices}
      aria-expanded=${String(open)}
      aria-controls=${open ? 'devices' : nothing}
      @click=${toOpen}
    >
      ${ICONS.devices}
    </button>
    ${
      inside
        ? html`<button
            type="button"
            class="control leave"
            part="control leave"
            title=${s.leave}
            aria-label=${s.leave}
            @click=${leave}
          >
            ${ICONS.hangUp}
          </button>`
        : nothing
    }
  </div>`;
}

const canChooseSpeaker = (): boolean => 'setSinkId' in HTMLMediaElement.prototype;

export function devicesView(
  { own, devices, speaker }: ControlState,
  s: PeerVideoStrings,
  { choose }: ControlActions,
): TemplateResult {
  const choice = (kind: MediaDeviceKind, name: string, used: string): TemplateResult | typeof nothing => {
    const found = devices.filter((one) => one.kind === kind);
    if (kind === 'audiooutput' && (!canChooseSpeaker() || !found.some(({ deviceId }) => deviceId)))
      return nothing;
    const change = ({ target }: Event): void => choose(kind, (target as HTMLSelectElement).value);
    const known = found.some(({ deviceId }) => deviceId && deviceId === used);
    return html`<label class="choice"
      ><span>${name}</span>
      <select part="select" @change=${change}>
        ${known ? nothing : html`<option value="" selected>${s.byDefault}</option>`}
        ${found
          .filter(({ deviceId }) => deviceId)
          .map(
            ({ deviceId, label }, at) =>
              html`<option value=${deviceId} ?selected=${deviceId === used}>
                ${label || s.nameless(name, at + 1)}
              </option>`,
          )}
      </select></label
    >`;
  };
  const used = (kind: Kind): string => own.deviceOf(kind);
  return html`<div class="panel" part="panel" id="devices" role="group" aria-label=${s.devices}>
    ${choice('audioinput', s.microphone, used('audio'))} ${choice('videoinput', s.camera, used('video'))}
    ${choice('audiooutput', s.speaker, speaker)}
  </div>`;
}
