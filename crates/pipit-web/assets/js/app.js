// What every page runs: loads each module where there is something for it to do.
// A module exports start(root), which is told where to look: the page, and later what is added to it.

const MODULES = [
  // Only somebody signed in has notifications.
  ['#unread', 'stream'],
  ['#unread', 'position'],
  ['form.acts, form[action$="follow"], form[action^="/lists/"]', 'act'],
  ['.menu', 'menu'],
  ['a[rel="next"], [role="feed"], #feed', 'feed'],
  ['form.composer, a[href^="/compose"]', 'compose'],
  ['form[data-passkey]', 'passkey'],
  ['time[datetime]', 'clock'],
  ['html:not([data-keys="off"]) main', 'keys'],
  ['main', 'net'],
]

// One that does not arrive leaves the others at work: the page does without it.
export const enhance = (root) => {
  const wanted = MODULES.filter(([selector]) => root.querySelector(selector))
  return Promise.allSettled(wanted.map(async ([, name]) => (await import(`./${name}.js`)).start(root)))
}

// Not awaited here: modules import this one, and would wait for it as it for them.
enhance(document).then(() => { document.documentElement.dataset.ready = 'yes' })
