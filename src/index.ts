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
export type {
  MediaEventMap,
  MediaState,
  MediaStateDetail,
  MuteDetail,
  StreamDetail,
  TrackDetail,
} from './media/events.js';
export type { SentStream } from './media/broadcaster.js';
export type { StreamOptions } from './media/local.js';
export type { ContentHint, Quality } from './media/quality.js';
export type { MediaKind, Muted } from './media/wire.js';
export { getMediaStream, listDevices, watchDevices, type CaptureOptions } from './media/capture.js';
export { Transfer, type TransferEventMap, type TransferState } from './transfer/transfer.js';
export type { Entry, GoneReason, IceServer } from './protocol.js';
export type {
  JoinRequest,
  Signaling,
  SignalingPeer,
  SignalingSession,
  SignalingSink,
  Wish,
} from './signaling.js';
export { callbackSignaling, type CallbackSignalingOptions, type Channel } from './signaling/callbacks.js';
export { peerServerSignaling, type PeerServerSignalingOptions } from './signaling/peerserver.js';
export { registerSignaling, type MakeSignaling, type SchemeOptions } from './signaling/schemes.js';
export { createIdentity, type Identity } from './identity.js';
export { webSocketSignaling, type WebSocketSignalingOptions } from './signaling/websocket.js';
export {
  broadcastChannelSignaling,
  type BroadcastChannelSignalingOptions,
} from './signaling/broadcast-channel.js';
