/**
 * What two peers say about requests: `{request: id, type, data, metadata}`, one of `{response: id, data}`,
 * `{response: id, error}` and `{response: id, refusal}`, and `{cancel: id}` from whoever does not wait any more.
 */
export interface RemoteError {
  readonly name: string;
  readonly message: string;
}

/** Why there will be no answer; also the code of the error that tells. */
export type Refusal = 'refused' | 'rate-limited' | 'too-large';

export type Answer =
  { readonly data: unknown } | { readonly error: RemoteError } | { readonly refusal: Refusal };

export interface RequestMessage {
  readonly kind: 'request';
  readonly id: number;
  readonly type: string;
  readonly data: unknown;
  readonly metadata: unknown;
}

export type RequestFrame =
  | RequestMessage
  | { readonly kind: 'response'; readonly id: number; readonly answer: Answer }
  | { readonly kind: 'cancel'; readonly id: number };

type Fields = Readonly<Record<string, unknown>>;

const REFUSALS: readonly unknown[] = ['refused', 'rate-limited', 'too-large'] satisfies Refusal[];

const isRefusal = (value: unknown): value is Refusal => REFUSALS.includes(value);
const isId = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

function parseError(value: unknown): RemoteError | null {
  if (typeof value !== 'object' || value === null) return null;
  const { name, message } = value as Fields;
  return typeof name === 'string' && typeof message === 'string' ? { name, message } : null;
}

function parseAnswer({ data, error, refusal }: Fields): Answer | null {
  if (refusal !== undefined) return isRefusal(refusal) ? { refusal } : null;
  if (error === undefined) return { data };
  const remote = parseError(error);
  return remote && { error: remote };
}

/** What a decoded value says about requests; null when it is malformed, undefined when it is about something else. */
export function parseRequestFrame(value: object): RequestFrame | null | undefined {
  const fields = value as Fields;
  const { request, response, cancel, type, data, metadata } = fields;
  if (request !== undefined) {
    const valid = isId(request) && typeof type === 'string';
    return valid ? { kind: 'request', id: request, type, data, metadata } : null;
  }
  if (response !== undefined) {
    const answer = isId(response) ? parseAnswer(fields) : null;
    return answer && { kind: 'response', id: response as number, answer };
  }
  if (cancel !== undefined) return isId(cancel) ? { kind: 'cancel', id: cancel } : null;
  return undefined;
}
