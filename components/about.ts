/** A sentence about somebody, whose name cannot turn the words around it about. */
import { html } from 'lit';

const HOLE = '\ufffc';

export function about(sentence: (name: string) => string, name: string): unknown {
  const [before = '', ...others] = sentence(HOLE).split(HOLE);
  return html`${before}${others.map((after) => html`<bdi>${name}</bdi>${after}`)}`;
}
