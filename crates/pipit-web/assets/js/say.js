// What scripts say, in the page's language.

const words = (await import(`./words.${document.documentElement.lang}.js`)).default

// A text, with a name or number where it has {}; or a list of texts.
export const say = (key, value) =>
  typeof words[key] === 'string' ? words[key].replace('{}', value) : words[key]
