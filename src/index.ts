/** The networking core: no element, no side effect on import. */
export { PeerRoom } from './room.js';
export { PeerPair, randomCode } from './pair.js';
export {
  ManualConnection,
  createConnection,
  type ConnectionEventMap,
  type ConnectionOptions,
  type ConnectionSignal,
} from './manual-connection.js';
export { Peer } from './peer.js';
export { JoinRequestEvent } from './door/join-request-event.js';
export type { Knock, Knocker, KnockOutcome } from './door/knock.js';
export type { Deciders } from './moderation/word.js';
export type { KickOptions } from './moderation/options.js';
export type { PathName, Transport } from './paths.js';
export { PeerError, type PeerErrorCode, type PeerErrorOptions } from './errors.js';
export type { PeerPairOptions, PeerRoomOptions, SourceOptions } from './options.js';
export { RequestEvent, type RequestDetail } from './request-event.js';
export type { Answers, PeerRequestOptions, RequestOptions } from './request-options.js';
export type { PeerSendOptions, SendOptions } from './send-options.js';
export type {
  CloseDetail,
  DataDetail,
  Delivery,
  GapDetail,
  JoinDetail,
  KickNote,
  LeaveDetail,
  PairEventMap,
  PathDetail,
  PeerEventMap,
  ProgressDetail,
  RoomEventMap,
  SourceEventMap,
  StateChangeDetail,
  TransferDetail,
  TypedListeners,
} from './events.js';
export { Transfer, type TransferEventMap, type TransferState } from './transfer/transfer.js';
export type { Entry, GoneReason, IceServer } from './protocol.js';
export type { JoinRequest, Signaling, SignalingPeer, SignalingSession, SignalingSink } from './signaling.js';
export { createIdentity, type Identity } from './identity.js';
export { webSocketSignaling, type WebSocketSignalingOptions } from './signaling/websocket.js';
export {
  broadcastChannelSignaling,
  type BroadcastChannelSignalingOptions,
} from './signaling/broadcast-channel.js';
export { getMediaStream, listDevices, watchDevices, type MediaRequest } from './media/devices.js';
