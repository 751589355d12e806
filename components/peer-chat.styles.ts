import { css } from 'lit';
import { base, hues, tokens } from './base.styles.js';
import { fileStyles } from './file.styles.js';

const own = css`
  :host {
    --_own: var(--peer-chat-bubble-own, var(--_accent));
    --_own-text: var(--peer-chat-bubble-own-text, var(--_accent-text));
    --_other: var(--peer-chat-bubble-other, var(--_soft));
    --_other-text: var(--peer-chat-bubble-other-text, var(--_text));
    --_radius: var(--peer-chat-bubble-radius, 1.125em);
    min-block-size: 16rem;
    block-size: 100%;
  }

  .quiet[aria-expanded='true'] svg {
    rotate: 180deg;
  }
  .quiet:not(.me) {
    flex: none;
  }
  .me {
    margin-inline: auto -0.5em;
  }
  input.me {
    flex: 0 1 14em;
    min-inline-size: 0;
    min-block-size: 1.75rem;
    padding: 0 0.5em;
    border: 1px solid var(--_edge);
    border-radius: 0.5em;
  }
  .people {
    display: flex;
    flex-wrap: wrap;
    gap: 0.375rem 0.875rem;
    max-block-size: 8rem;
    margin: 0;
    padding: 0.625rem var(--_gutter);
    overflow: auto;
    border-block-end: 1px solid var(--_line);
    font-size: 0.875em;
    list-style: none;
  }
  .people li {
    display: flex;
    align-items: center;
    gap: 0.375rem;
    max-inline-size: 100%;
  }
  .people .avatar {
    inline-size: 1.375rem;
    block-size: 1.375rem;
    font-size: 0.6875rem;
  }

  .status p {
    padding: 0.375rem var(--_gutter);
    border-block-end: 1px solid var(--_line);
    background: var(--_other);
    color: var(--_muted);
    font-size: 0.8125em;
    text-align: center;
    overflow-wrap: anywhere;
  }
  .status.bad p {
    color: var(--_danger);
  }

  .body {
    position: relative;
    display: flex;
    flex: 1 1 var(--peer-chat-height, 20rem);
    min-block-size: 0;
  }
  .log {
    flex: 1;
    min-inline-size: 0;
    padding-block: 0.75rem 1rem;
    padding-inline: max(var(--_gutter), (100% - var(--peer-chat-measure, 48rem)) / 2);
    overflow: hidden auto;
    overscroll-behavior: contain;
    scrollbar-width: thin;
    scrollbar-color: var(--_line) transparent;
  }
  .log:focus-visible {
    outline-offset: -3px;
    border-radius: 0.25rem;
  }
  .message {
    position: relative;
    display: grid;
    grid-template-columns: 2rem minmax(0, 1fr);
    column-gap: 0.5rem;
    justify-items: start;
    margin-block-start: 0.1875rem;
  }
  .message.first {
    margin-block-start: 0.875rem;
  }
  .message > * {
    grid-column: 2;
  }
  .message.own {
    grid-template-columns: minmax(2rem, 1fr) fit-content(34rem);
    /* The mark of a pending message goes beside its bubble, which comes before it. */
    grid-auto-flow: row dense;
    justify-items: end;
  }
  .own > .head,
  .own > .failed {
    grid-column: 1 / -1;
  }
  .message.other {
    margin-inline-end: 1.5rem;
  }
  .avatar {
    display: grid;
    flex: none;
    place-items: center;
    inline-size: 2rem;
    block-size: 2rem;
    border-radius: 50%;
    background: light-dark(oklch(92% 0.045 var(--_hue)), oklch(36% 0.06 var(--_hue)));
    color: light-dark(oklch(42% 0.12 var(--_hue)), oklch(88% 0.07 var(--_hue)));
    font-size: 0.8125rem;
    font-weight: 600;
    line-height: 1;
    user-select: none;
  }
  .message > .avatar {
    grid-area: 1 / 1 / 3 / 2;
  }
  .head {
    display: flex;
    align-items: baseline;
    gap: 0.5rem;
    max-inline-size: 100%;
    padding-inline: 0.25rem;
    margin-block-end: 0.125rem;
    font-size: 0.8125em;
  }
  .name {
    color: light-dark(oklch(45% 0.13 var(--_hue)), oklch(82% 0.1 var(--_hue)));
    font-weight: 600;
  }
  time {
    flex: none;
    color: var(--_muted);
    font-size: 0.9em;
    font-variant-numeric: tabular-nums;
  }
  .bubble {
    max-inline-size: min(100%, 34rem);
    padding: 0.5em 0.8em;
    overflow: clip;
    border: 1px solid transparent;
    border-radius: var(--_radius);
    border-start-start-radius: 0.3em;
    background: var(--_other) padding-box;
    color: var(--_other-text);
    white-space: pre-wrap;
    overflow-wrap: anywhere;
  }
  .own .bubble {
    border-radius: var(--_radius);
    border-start-end-radius: 0.3em;
    background-color: var(--_own);
    color: var(--_own-text);
  }
  .first .bubble {
    border-radius: var(--_radius);
  }
  .message:not(.last) .bubble {
    border-end-start-radius: 0.3em;
  }
  .message.own:not(.last) .bubble {
    border-end-start-radius: var(--_radius);
    border-end-end-radius: 0.3em;
  }
  .message .emoji {
    padding: 0;
    overflow: visible;
    background: none;
    color: inherit;
    font-size: 2.25em;
    line-height: 1.2;
  }
  .bubble a {
    color: inherit;
    text-decoration-thickness: from-font;
    text-underline-offset: 0.15em;
  }
  .message > .pending {
    grid-column: 1;
    align-self: end;
    padding-block-end: 0.4em;
    color: var(--_muted);
    animation: appear 0.3s 0.5s both;
  }
  .pending svg {
    display: block;
    inline-size: 0.9em;
    block-size: 0.9em;
  }
  .failed {
    padding: 0.125rem 0.25rem 0;
    color: var(--_danger);
    font-size: 0.8125em;
  }
  .failed button {
    padding: 0.25em 0;
    text-decoration: underline;
    text-underline-offset: 0.15em;
  }

  .files {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 0.25rem;
    justify-items: inherit;
    inline-size: 100%;
    min-inline-size: 0;
    max-inline-size: 34rem;
  }
  .bubble + .files {
    margin-block-start: 0.25rem;
  }
  .card {
    display: flex;
    gap: 0.625rem;
    align-items: center;
    inline-size: 22rem;
    max-inline-size: 100%;
    padding: 0.5rem;
    border: 1px solid var(--_line);
    border-radius: var(--_radius);
  }
  .about {
    flex: 1;
    min-inline-size: 0;
  }
  .picture {
    max-inline-size: 100%;
    overflow: clip;
    border: 1px solid var(--_line);
    border-radius: var(--_radius);
    background: var(--_soft);
  }
  .picture a {
    display: block;
  }
  .picture a:focus-visible {
    outline-offset: -3px;
  }
  .picture img {
    display: block;
    max-inline-size: 100%;
    /* Never higher than what can be seen of the log at once. */
    max-block-size: min(18rem, 60dvh);
    min-block-size: 2rem;
    margin-inline: auto;
    object-fit: contain;
  }
  .under {
    display: flex;
    gap: 0.5rem;
    align-items: center;
    padding: 0.25rem 0.375rem 0.25rem 0.75rem;
    border-block-start: 1px solid var(--_line);
    background: var(--_surface);
  }

  .day,
  .system,
  .new {
    margin-block: 0.875rem;
    color: var(--_muted);
    font-size: 0.8125em;
    text-align: center;
    overflow-wrap: anywhere;
  }
  .day {
    font-weight: 600;
  }
  .system {
    text-wrap: balance;
  }
  .day + .system,
  .system + .day {
    margin-block-start: -0.5rem;
  }
  .new {
    display: flex;
    align-items: center;
    gap: 0.75rem;
    color: var(--_text);
    font-weight: 600;
    white-space: nowrap;
  }
  .new::before,
  .new::after {
    content: '';
    flex: 1;
    block-size: 1px;
    background: var(--_accent);
  }
  .unread {
    position: absolute;
    inset-block-end: 0.75rem;
    inset-inline: 0;
    display: flex;
    align-items: center;
    gap: 0.375rem;
    inline-size: fit-content;
    margin-inline: auto;
    padding: 0.375rem 0.625rem 0.375rem 0.875rem;
    border-radius: 2rem;
    background: var(--_accent);
    box-shadow: 0 2px 10px rgb(0 0 0 / 0.25);
    color: var(--_accent-text);
    font-size: 0.875em;
    font-weight: 600;
    animation: appear 0.2s both;
  }
  .unread svg {
    inline-size: 1em;
    block-size: 1em;
  }

  .dropping {
    position: absolute;
    inset: 0.5rem;
    display: grid;
    place-content: center;
    justify-items: center;
    gap: 0.5rem;
    border: 1.5px dashed var(--_ink);
    border-radius: 0.75rem;
    background: color-mix(in oklab, var(--_surface) 90%, var(--_accent));
    font-weight: 600;
    pointer-events: none;
  }
  .dropping svg {
    inline-size: 1.75rem;
    block-size: 1.75rem;
    color: var(--_ink);
  }
  .attached {
    display: flex;
    flex: none;
    flex-wrap: wrap;
    gap: 0.375rem;
    max-block-size: 8rem;
    margin: 0;
    padding-block: 0.625rem 0.125rem;
    padding-inline: max(0.75rem, (100% - var(--peer-chat-measure, 48rem)) / 2);
    overflow: auto;
    border-block-start: 1px solid var(--_line);
    list-style: none;
  }
  .attached li {
    display: flex;
    gap: 0.5rem;
    align-items: center;
    max-inline-size: min(100%, 16rem);
    padding: 0.25rem;
    border: 1px solid var(--_line);
    border-radius: 0.75rem;
    font-size: 0.875em;
  }
  .attached .tile {
    inline-size: 2rem;
    block-size: 2rem;
    border-radius: 0.5rem;
    font-size: 0.5625rem;
  }
  .attached .act {
    min-inline-size: 1.75rem;
    min-block-size: 1.75rem;
  }
  .attached + .composer {
    border-block-start: 0;
  }
  .attach {
    display: grid;
    flex: none;
    place-items: center;
    inline-size: 2.375rem;
    block-size: 2.375rem;
    margin-inline: -0.25rem;
    padding: 0;
    border-radius: 50%;
    color: var(--_muted);
  }
  .attach:hover:enabled {
    background: var(--_soft);
    color: var(--_text);
  }
  .attach:disabled {
    cursor: default;
    opacity: 0.5;
  }
  .composer {
    display: flex;
    align-items: flex-end;
    gap: 0.5rem;
    padding-block: 0.75rem;
    padding-inline: max(0.75rem, (100% - var(--peer-chat-measure, 48rem)) / 2);
    border-block-start: 1px solid var(--_line);
  }
  .input {
    display: block;
    flex: 1;
    min-inline-size: 0;
    max-block-size: calc(6lh + 1.125rem);
    padding: 0.5rem 0.875rem;
    overflow-y: auto;
    border: 1px solid var(--_edge);
    border-radius: 1.25rem;
    resize: none;
    scrollbar-width: thin;
  }
  .input::placeholder {
    color: var(--_muted);
    opacity: 1;
  }
  .input:focus-visible,
  input.me:focus-visible {
    border-color: transparent;
    outline-offset: -1px;
  }
  .input:read-only {
    border-color: var(--_line);
    background: var(--_other);
    cursor: default;
  }
  .send {
    display: grid;
    flex: none;
    place-items: center;
    inline-size: 2.375rem;
    block-size: 2.375rem;
    border-radius: 50%;
    background: var(--_accent);
    color: var(--_accent-text);
    transition: background-color 0.15s;
  }
  .send:disabled {
    background: var(--_other);
    color: var(--_muted);
    cursor: default;
  }

  @container (inline-size < 22rem) {
    .message {
      grid-template-columns: 0 minmax(0, 1fr);
      column-gap: 0;
    }
    .message > .avatar,
    .me .muted {
      display: none;
    }
    .save .word {
      position: absolute;
      clip-path: inset(50%);
    }
    .act.save {
      padding: 0;
    }
    .card .act.accept {
      padding-inline: 0.5em;
    }
  }
  @media (forced-colors: active) {
    .bubble,
    .send,
    .unread {
      border: 1px solid ButtonBorder;
    }
  }
`;

export const styles = [tokens('peer-chat'), base, hues, fileStyles, own];
