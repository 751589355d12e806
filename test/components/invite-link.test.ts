import { expect } from '@open-wc/testing';
import fc from 'fast-check';
import { makeLink, readLink } from '../../components/invite-link.js';

const BASE = 'https://example.org/talk/';

describe('A link that brings somebody in', () => {
  it('has what lets them in behind #, where no server gets to see it', () => {
    const link = makeLink('room.html?lang=en#old', BASE, 'code', 'a b&c=d#e');
    expect(link).to.equal('https://example.org/talk/room.html?lang=en#code=a%20b%26c%3Dd%23e');
  });

  it('carries no password of the address', () => {
    expect(makeLink('https://me:secret@example.org/', BASE, 'room', 'tea')).to.equal(
      'https://example.org/#room=tea',
    );
  });

  it('is none where the address is none', () => {
    expect(makeLink('https://', BASE, 'room', 'tea')).to.equal(null);
  });

  it('is read as it was made, whatever the name', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', minLength: 1 }),
        fc.constantFrom('code', 'room'),
        (name, key) => {
          const { hash } = new URL(makeLink('', BASE, key, name)!);
          return readLink(hash, key) === name;
        },
      ),
    );
  });

  it('is read beside what else a page has there, and as somebody would write it', () => {
    expect(readLink('#page=2&room=tea', 'room')).to.equal('tea');
    expect(readLink('#room=c++', 'room')).to.equal('c++');
    expect(readLink('#room=100%', 'room')).to.equal('100%');
  });

  it('says nothing about the other kind, and nothing where there is nothing', () => {
    expect(readLink('#code=abc', 'room')).to.equal(null);
    for (const hash of ['', '#', '#room', '#room=', '#tea']) expect(readLink(hash, 'room')).to.equal(null);
  });
});
