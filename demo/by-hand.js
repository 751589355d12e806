// What by-hand.html has around its connection: words, texts to read and to pass on, the camera. Nothing in here is needed to connect.
import { drawQr } from './peer-elements.js';

const at = (id) => document.getElementById(id);

/** For each phase the step that it belongs to, and what is said. */
const PHASES = {
  start: [0, 'One of you makes an invitation, the other one answers it.'],
  making: [0, 'Finding out how this page can be reached …'],
  inviting: [0, 'Pass this on, and keep the page open: the invitation works once, and only while it is.'],
  answering: [1, 'Now pass this back to whoever invited you, and keep the page open.'],
  unclaimed: [1, 'The page with the invitation is not open in this browser. Paste this answer there.'],
  handed: [1, 'The tab with your invitation has the answer now. This one can be closed.'],
  connecting: [1, 'Connecting …'],
  together: [2, 'You are connected, from browser to browser.'],
  interrupted: [2, 'The connection is interrupted. It may come back by itself.'],
  over: [
    2,
    'The connection has ended. Nobody else knows how to find the other one again: it takes a new invitation.',
  ],
  failed: [
    1,
    'The other one was not reached. Is their page still open? Without servers, both have to be in one network: the same Wi-Fi, not as its guests, and with no VPN.',
  ],
  broken: [0, ''],
};

const TROUBLE = {
  nothing: 'There is nothing to read yet.',
  part: 'A part of it is missing, or was changed. Copy all of it, from the first letter to the last.',
  other: 'This is neither an invitation nor an answer. Both are links to a page like this one.',
  own: 'This is your own invitation. Send it to the other one; what you get back belongs here.',
  both: 'This is an invitation as well. One of you two has to answer.',
  older: 'This answers another invitation. Have them answer the one above.',
  answer: 'This is an answer. It belongs where the invitation was made.',
};

const phase = () => document.body.dataset.phase;

/** Whether what had the focus has gone from the page. */
let lost = false;

/** Where we are: what is on the page, and what is said. @param words instead of ours */
export function show(name, words = PHASES[name][1]) {
  const focused = document.activeElement;
  document.body.dataset.phase = name;
  at('status').textContent = words;
  [...at('steps').children].forEach((step, index) => {
    step.className = index < PHASES[name][0] ? 'done' : '';
    step.ariaCurrent = index === PHASES[name][0] ? 'step' : null;
  });
  for (const part of document.querySelectorAll('[data-in]'))
    part.hidden = !part.dataset.in.split(' ').includes(name);
  at('asked').textContent = name === 'start' ? 'Or answer one: paste it here' : 'Paste what you get back';
  at('go').textContent = name === 'start' ? 'Answer' : 'Connect';
  complain();
  // What was in the address has done its work: opened again, it would lead nowhere.
  if (name === 'together') history.replaceState(null, '', location.pathname);
  // The keyboard goes on where the page does, once there is something to press.
  lost = focused === document.body ? lost : !focused.checkVisibility();
  const next = document.querySelector('[data-in]:not([hidden]) :is(button, a):not([hidden])');
  const target = name === 'together' ? document.querySelector('peer-chat') : next;
  if (!lost || !target) return;
  lost = false;
  target.focus();
}

/** Says below the field what is wrong with what is in it. */
function complain(trouble) {
  at('trouble').textContent = TROUBLE[trouble] ?? '';
  at('text').ariaInvalid = trouble ? 'true' : 'false';
  at('instead').hidden = trouble !== 'both';
}

/** A message as it is passed on: a link that opens this page with it. What is behind `#` is sent to no server. */
const linkOf = ({ kind, text, code }) =>
  new URL(`#${kind}=${text}&code=${code}`, location.href.replace(/#.*/s, '')).href;

/** Fills what is passed on: the link, and its QR code. */
export function passOn(message) {
  const offer = message.kind === 'offer';
  at('link').value = linkOf(message);
  at('copy').textContent = at('copy').value = offer ? 'Copy the invitation' : 'Copy the answer';
  at('share').hidden = !navigator.share;
  const drawing = drawQr(at('link').value);
  at('qr').replaceChildren(
    ...(drawing ? [picture(drawing, `QR code of the ${offer ? 'invitation' : 'answer'}`)] : []),
  );
  at('scanned').textContent = !drawing
    ? 'This is too long for a QR code.'
    : offer
      ? 'The camera of a phone opens this page from here, with the invitation in it.'
      : 'Whoever invited you can scan it from here.';
}

function picture({ size, path }, label) {
  const make = (name, attributes) => {
    const element = document.createElementNS('http://www.w3.org/2000/svg', name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    return element;
  };
  const svg = make('svg', { viewBox: `0 0 ${size} ${size}`, role: 'img', 'aria-label': label });
  svg.append(make('path', { d: path, 'shape-rendering': 'crispEdges' }));
  return svg;
}

/** Reads what was pasted, scanned or opened: `{ kind, text, code }`, or `{ trouble }`. */
function parse(given) {
  // Mail and messengers break lines, and write & as HTML does.
  const bare = given.replaceAll(/\s|amp;/g, '');
  const message = /\b(offer|answer)=([\w-]+)&code=([\da-z]{4}(?:-[\da-z]{4}){3})/.exec(bare);
  if (message) return { kind: message[1], text: message[2], code: message[3] };
  if (!bare) return { trouble: 'nothing' };
  return { trouble: /\b(?:offer|answer)=|&code=|^[\w-]{40,}$/.test(bare) ? 'part' : 'other' };
}

/** What is wrong with a message here and now. */
function troubleWith({ kind, code, trouble }, own) {
  if (trouble || phase() === 'start') return trouble ?? (kind === 'answer' ? 'answer' : undefined);
  if (kind === 'offer') return code === own ? 'own' : 'both';
  return code === own ? undefined : 'older';
}

let take = () => undefined;

/** Calls these as people press, paste and scan. @param code gives that of our own invitation */
export function listen({ invite, answer, accept, code }) {
  const attempt = async (action, message) => {
    const before = phase();
    if (before === 'start') show('making');
    try {
      await action(message);
      at('text').value = '';
    } catch (error) {
      if (error.code !== 'protocol') return show('broken', error.message);
      show(before);
      complain('part');
    }
  };
  take = (message) => {
    const trouble = troubleWith(message, code());
    if (trouble) return complain(trouble);
    return attempt(phase() === 'start' ? answer : accept, message);
  };
  at('invite').addEventListener('click', () => attempt(invite));
  at('text').form.addEventListener('submit', (event) => {
    event.preventDefault();
    take(parse(at('text').value));
  });
  at('text').addEventListener('input', ({ inputType, target }) => {
    complain();
    if (inputType === 'insertFromPaste') target.form.requestSubmit();
  });
}

/** Begins, with what is in the address. */
export async function arrive() {
  if (!isSecureContext)
    return show('broken', 'Open this page over https: without it, browsers have no cryptography.');
  show('start');
  if (!location.hash) return;
  const message = parse(location.hash);
  if (message.kind === 'answer') {
    passOn(message);
    return show((await handOver(message)) ? 'handed' : 'unclaimed');
  }
  at('text').value = location.href;
  take(message);
}

const tabs = new BroadcastChannel('peer-elements by hand');

/** A camera opens an answer in a tab of its own: it is given to the one that waits for it. @returns whether there is one, here */
const handOver = (message) =>
  new Promise((resolve) => {
    tabs.onmessage = ({ data }) => data === message.code && resolve(true);
    setTimeout(() => resolve(false), 1000);
    tabs.postMessage(message);
  });

/** The other end of that. */
export function waitForOtherTabs(code) {
  tabs.onmessage = ({ data }) => {
    if (data?.code !== code || phase() !== 'inviting') return;
    tabs.postMessage(code);
    take(data);
  };
}

at('copy').addEventListener('click', async ({ currentTarget: button }) => {
  const copied = await navigator.clipboard.writeText(at('link').value).then(
    () => true,
    () => (at('link').select(), document.execCommand('copy')),
  );
  button.style.minInlineSize = `${button.offsetWidth}px`; // so that it keeps its place
  at('said').textContent = button.textContent = copied ? 'Copied' : 'Not allowed';
  setTimeout(() => {
    button.textContent = button.value;
    at('said').textContent = '';
  }, 2000);
});
at('share').addEventListener('click', () => {
  // It rejects when somebody changes their mind, too.
  navigator.share({ url: at('link').value }).catch(() => undefined);
});
at('link').addEventListener('focus', () => at('link').select());
// The address is read once, at the beginning.
at('instead').addEventListener('click', () => (location.href = linkOf(parse(at('text').value))));
addEventListener('hashchange', () => location.reload());

const canScan = async () =>
  'mediaDevices' in navigator &&
  'BarcodeDetector' in globalThis &&
  (await BarcodeDetector.getSupportedFormats()).includes('qr_code');
canScan().then((can) => {
  at('scan').hidden = !can;
  at('blind').hidden = can;
});

at('scan').addEventListener('click', async () => {
  complain();
  try {
    const message = await scan();
    if (message) take(message);
  } catch {
    at('trouble').textContent = 'There is no camera that this page may use. A link can be pasted instead.';
  }
});

/** Looks through the camera until it sees a message. @returns nothing where somebody has had enough of it before */
async function scan() {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } });
  const detector = new BarcodeDetector({ formats: ['qr_code'] });
  const video = at('camera').querySelector('video');
  video.srcObject = stream;
  at('camera').showModal();
  try {
    await video.play();
    while (at('camera').open) {
      const messages = (await detector.detect(video)).map(({ rawValue }) => parse(rawValue));
      const message = messages.find(({ code }) => code);
      if (message) return message;
      await new Promise(requestAnimationFrame);
    }
    return undefined;
  } finally {
    for (const track of stream.getTracks()) track.stop();
    at('camera').close();
  }
}
