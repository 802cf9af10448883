// What every page runs: loads each module where there is something for it to do.
// A module exports start(root), which is told where to look: the page, and later what is added to it.

const MODULES = [
  ['form.acts, form[action$="follow"]', 'act'],
  ['a[rel="next"]', 'feed'],
  ['form.composer, a[href^="/compose"]', 'compose'],
  ['time[datetime]', 'clock'],
  ['html:not([data-keys="off"]) main', 'keys'],
  ['main', 'net'],
]

export const enhance = (root) => {
  for (const [selector, name] of MODULES) {
    if (root.querySelector(selector)) load(name, root)
  }
}

// One that does not arrive leaves the others at work; the page does without it.
const load = async (name, root) => (await import(`./${name}.js`)).start(root)

enhance(document)
