// How long a text is, by the server's rules in small; the server is the judge.

export const LIMIT = 280
const LINK_LENGTH = 23

// With a scheme; or a bare name under one of the usual ends, of the many that the server knows.
const LINK = /\bhttps?:\/\/[^\s<>"]*[^\s<>".,;:!?')\]}]|(?<![@\w.-])(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+(?:com|org|net|io|dev|app|edu|gov|info|de|uk|fr|eu|jp|ch|at|nl|se|es|it|pl|ca|au)\b(?:\/[^\s<>"]*[^\s<>".,;:!?')\]}])?/giu
const EMOJI = /^(?:\p{RGI_Emoji}|\p{Emoji_Presentation}|\p{Emoji}\uFE0F)/v
const segmenter = new Intl.Segmenter()

const isNarrow = (code) =>
  code <= 0x10ff || (code >= 0x2000 && code <= 0x200d) ||
  (code >= 0x2010 && code <= 0x201f) || (code >= 0x2032 && code <= 0x2037)

const weigh = (part) => {
  if (EMOJI.test(part)) return 2
  let weight = 0
  for (const character of part) weight += isNarrow(character.codePointAt(0)) ? 1 : 2
  return weight
}

// The weighted length, and where in the text the limit is passed, if it is.
export const measure = (text) => {
  const whole = text.normalize()
  let length = 0
  let over = -1
  let at = 0
  const add = (weight, size) => {
    length += weight
    if (length > LIMIT && over < 0) over = at
    at += size
  }
  const plain = (part) => {
    for (const { segment } of segmenter.segment(part)) add(weigh(segment), segment.length)
  }
  for (const link of whole.matchAll(LINK)) {
    plain(whole.slice(at, link.index))
    add(LINK_LENGTH, link[0].length)
  }
  plain(whole.slice(at))
  return { length, over: over < 0 ? '' : whole.slice(over) }
}
