// What every page runs: loads each module where there is something for it to do.
// A module exports begin(), for once, and start(root), which is told where to look: the page, and later
// what is added to it; or one of them.

import { isPlain } from './dom.js'

const MODULES = [
  // Only somebody signed in has notifications.
  ['#unread', 'stream'],
  ['#unread', 'position'],
  ['#fresh', 'fresh'],
  ['form.acts, form[action$="follow"], form[action^="/lists/"]', 'act'],
  ['.menu', 'menu'],
  ['a[rel="next"], [role="feed"], #feed', 'feed'],
  ['form.composer, a[href^="/compose"]', 'compose'],
  ['form[data-passkey]', 'passkey'],
  ['time[datetime]', 'clock'],
  ['html:not([data-keys="off"]) main', 'keys'],
  ['main', 'net'],
]

const begun = new Set()

const run = async ([, name], root) => {
  const { begin, start } = await import(`./${name}.js`)
  if (!begun.has(name)) {
    begun.add(name)
    await begin?.()
  }
  await start?.(root)
}

// One that does not arrive leaves the others at work: the page does without it.
export const enhance = (root) =>
  Promise.allSettled(
    MODULES.filter(([selector]) => root.querySelector(selector)).map((each) => run(each, root)),
  )

// Not awaited here: modules import this one, and would wait for it as it for them.
enhance(document).then(() => { document.documentElement.dataset.ready = 'yes' })

// Loaded when a picture is pressed: most are not.
document.addEventListener('click', async (event) => {
  const pressed = event.target.closest?.('.pics img, .pics a')
  if (!pressed || !isPlain(event)) return
  event.preventDefault()
  try {
    const { open } = await import('./viewer.js')
    open(pressed)
  } catch {
    location.assign(pressed.closest('a')?.href ?? pressed.dataset.whole)
  }
})
