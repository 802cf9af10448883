// What every page runs: loads each module where there is something for it to do.
// A module exports start(root), which is told where to look: the page, and later what is added to it.

const MODULES = [
  // Only somebody signed in has notifications.
  ['#unread', 'stream'],
  ['#unread', 'position'],
]

export const enhance = async (root) => {
  for (const [selector, name] of MODULES) {
    if (!root.querySelector(selector)) continue
    const module = await import(`./${name}.js`)
    module.start(root)
  }
}

enhance(document)
