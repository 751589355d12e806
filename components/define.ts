/** The bundle: registers every element and exports the core beside their classes. */
import { PeerChatElement } from './peer-chat.js';
import { PeerDoorElement } from './peer-door.js';
import { PeerFilesElement } from './peer-files.js';
import { PeerGroupElement } from './peer-group.js';
import { PeerInviteElement } from './peer-invite.js';
import { PeerPairElement } from './peer-pair.js';
import { PeerStatusElement } from './peer-status.js';
import { PeerVideoElement } from './peer-video.js';

export * from '../src/index.js';
export { drawQr, type QrDrawing } from './invite-qr.js';
export {
  PeerChatElement,
  PeerDoorElement,
  PeerFilesElement,
  PeerGroupElement,
  PeerInviteElement,
  PeerPairElement,
  PeerStatusElement,
  PeerVideoElement,
};

/** A page may load this script twice, from two addresses: the first one stands. */
function define(tag: string, element: CustomElementConstructor): void {
  if (!customElements.get(tag)) customElements.define(tag, element);
}

define('peer-group', PeerGroupElement);
define('peer-pair', PeerPairElement);
define('peer-chat', PeerChatElement);
define('peer-door', PeerDoorElement);
define('peer-files', PeerFilesElement);
define('peer-invite', PeerInviteElement);
define('peer-status', PeerStatusElement);
define('peer-video', PeerVideoElement);
