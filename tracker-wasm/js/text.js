// Texts as the contract allows them: short, without control characters or halves of surrogate pairs, which JSON could
// carry and a decoder would have to refuse. Every limit asked for here keeps a text under its limit in bytes of UTF-8.

// What is no text, such as an SVG link's `href`, counts as none.
export const text = (found, limit) =>
  (found + '' === found ? found : '')
    .replace(/[\p{Cc}\p{Cs}\s]+/gu, ' ')
    .trim()
    .slice(0, limit)
    .replace(/\p{Cs}/u, '');

// Browsers give URLs in ASCII, but for attributes they could not parse.
export const url = (found) => text(found, 2048).replace(/[^!-~]/g, '');
