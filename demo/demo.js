/* Conveniences of the demo pages. Nothing in here is needed to use the elements. */

// The code that a page shows is its own: what stands between the two comments in its source.
for (const pre of document.querySelectorAll('pre[data-own-source]')) {
  const page = await (await fetch(location.pathname)).text();
  const [, shown = ''] = page.split(/<!-- how it is made[^>]*-->\n|<!-- that is all -->/);
  const indent = /^ */.exec(shown)[0].length;
  const body = shown.replaceAll(new RegExp(`^ {${indent}}`, 'gm'), '').trim();
  pre.textContent = `<script type="module" src="peer-elements.js"><\/script>\n\n${body}`;
}

// Copied elsewhere, a page still has to find this server.
for (const pre of document.querySelectorAll('pre[data-absolute]')) {
  pre.textContent = pre.textContent.replaceAll(
    /(src|url)="([^"]+)"/g,
    (_, name, address) => `${name}="${new URL(address, location.href)}"`,
  );
}

for (const code of document.querySelectorAll('.code')) {
  const pre = code.querySelector('pre');
  const button = document.createElement('button');
  button.className = 'small';
  button.textContent = 'Copy';
  button.addEventListener('click', async () => {
    button.textContent = (await copy(pre.textContent)) ? 'Copied' : 'Not allowed';
    setTimeout(() => (button.textContent = 'Copy'), 1500);
  });
  code.querySelector('figcaption').append(button);
  colour(pre);
}

// Where there is not room for all of them, the bar begins with the others.
document.querySelector('nav [aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });

/** A second window beside this one shows more than a tab that hides it. Blocked, the link opens a tab as any other. */
document.addEventListener('click', (event) => {
  const link = event.target.closest?.('a[data-window]');
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  if (window.open(link.href, '_blank', 'popup,width=520,height=760')) event.preventDefault();
});

/** Also where the clipboard's own interface is missing or forbidden. */
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = document.createElement('textarea');
    field.value = text;
    document.body.append(field);
    field.select();
    const done = document.execCommand('copy');
    field.remove();
    return done;
  }
}

/** Colours code without touching it, where the browser can. */
function colour(pre) {
  const text = pre.firstChild;
  if (!text || !globalThis.Highlight) return;
  const tokens = {
    comment: /<!--.*?-->|(?<=^|\s)\/\/ .*/g,
    string: /"[^"\n]*"|'[^'\n]*'|`[^`]*`/g,
    tag: /<\/?[a-z][\w-]*|(?<=[\w"'])>/g,
  };
  for (const [name, pattern] of Object.entries(tokens)) {
    const highlight = CSS.highlights.get(name) ?? new Highlight();
    highlight.priority = name === 'comment' ? 2 : name === 'string' ? 1 : 0;
    CSS.highlights.set(name, highlight);
    for (const { index, 0: token } of text.data.matchAll(pattern)) {
      const range = new StaticRange({
        startContainer: text,
        startOffset: index,
        endContainer: text,
        endOffset: index + token.length,
      });
      highlight.add(range);
    }
  }
}
