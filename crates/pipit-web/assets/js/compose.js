// Writing: what is left, a draft that outlives the page, Ctrl+Enter, and a window to write in from
// anywhere. Without it the form does it all but more slowly.

import { LIMIT, measure } from './count.js'
import { enhance } from './app.js'
import { isPlain, load, make, parse } from './dom.js'
import { Refused, send } from './send.js'
import { say } from './say.js'
import { show, toast } from './over.js'

const DRAFT_EVERY_MS = 1000
const TELL_FROM = 20

export const start = (root) => root.querySelectorAll('form.composer').forEach(equip)

export const begin = () => {
  document.addEventListener('click', (event) => {
    const link = event.target.closest?.('a[href^="/compose"]')
    if (!link || !isPlain(event)) return
    event.preventDefault()
    open(link.href)
  })
}

const equip = (form) => {
  if (form.dataset.equipped) return
  form.dataset.equipped = 'yes'
  const text = form.elements.content
  count(form, text)
  draft(form, text)
  text.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) form.requestSubmit()
  })
  const suggest = async () => (await import('./complete.js')).start(text)
  // In a window it has the focus before this is there to see it come.
  if (document.activeElement === text) suggest()
  else text.addEventListener('focus', suggest, { once: true })
  pictures(form, text)
  form.addEventListener('submit', (event) => {
    if (hasFiles(form)) {
      // Files take as long as they take: the browser sends them, and shows how far it is.
      form.dataset.posted = 'yes'
      localStorage.removeItem(draftName(form))
      return
    }
    event.preventDefault()
    post(form, text)
  })
}

// Loaded when there is one: most tweets have none.
const pictures = (form, text) => {
  const load = async () => {
    const module = await import('./pictures.js')
    module.start(form)
    return module
  }
  let loaded
  form.querySelector('.add')?.addEventListener('toggle', () => { loaded ??= load() })
  const take = async (event, { files } = {}) => {
    if (!files?.length) return
    event.preventDefault()
    loaded ??= load()
    const module = await loaded
    module.take(form, files)
  }
  text.addEventListener('paste', (event) => take(event, event.clipboardData))
  text.addEventListener('drop', (event) => take(event, event.dataTransfer))
}

const hasFiles = (form) =>
  [...form.querySelectorAll('input[type=file]')].some((input) => input.files.length > 0)

const count = (form, text) => {
  const hint = form.querySelector('.send span')
  const usual = hint.textContent
  const excess = make('p', { className: 'excess', hidden: true })
  const spoken = make('span', { className: 'vh', role: 'status' })
  text.after(excess)
  hint.after(spoken)
  const show = () => {
    const { length, over } = measure(text.value.trim())
    const left = LIMIT - length
    const isOver = left < 0
    const tell = left <= TELL_FROM
    const number = tell ? say(isOver ? 'over' : 'left', Math.abs(left)) : usual
    hint.textContent = number
    hint.classList.toggle('danger', isOver)
    hint.parentElement.style.setProperty('--used', Math.min(length / LIMIT, 1))
    // Read out at the thresholds only, not at each key.
    const news = isOver ? say('over', '').trim() : tell ? say('left', TELL_FROM) : ''
    if (spoken.textContent !== news) spoken.textContent = news
    if (isOver) {
      text.setAttribute('aria-invalid', 'true')
      // What the server said of it is said here.
      form.querySelector('.error')?.remove()
    } else text.removeAttribute('aria-invalid')
    excess.hidden = !isOver
    excess.replaceChildren(`${say('too_long')} `, make('mark', { textContent: over }))
  }
  text.addEventListener('input', show)
  show()
}

// One draft for each tweet that is answered or quoted, and one for those that do neither; each with
// the key that has the server post it once. Pictures are no part of it: no script may choose files.
const draftName = (form) => {
  const quote = form.elements.quote?.value
  return `draft:${form.elements.reply_to?.value ?? ''}${quote ? `:quote:${quote}` : ''}`
}

const draft = (form, text) => {
  const name = draftName(form)
  const kept = JSON.parse(localStorage.getItem(name))
  const isDialog = Boolean(form.closest('dialog'))
  if (kept?.text && !text.value) {
    text.value = kept.text
    form.elements.key.value = kept.key
    text.dispatchEvent(new Event('input'))
    if (!isDialog) {
      const discard = () => clear(form, text)
      toast(say('draft_restored'), { label: say('discard'), action: discard })
    }
  }
  let timer
  const keep = () => {
    timer = undefined
    if (form.dataset.posted) return
    const { value } = text
    if (!value.trim()) localStorage.removeItem(name)
    else localStorage.setItem(name, JSON.stringify({ text: value, key: form.elements.key.value }))
  }
  text.addEventListener('input', () => { timer ??= setTimeout(keep, DRAFT_EVERY_MS) })
  addEventListener('pagehide', () => timer && keep())
}

const clear = (form, text) => {
  text.value = ''
  form.querySelectorAll('.kept, .add canvas').forEach((each) => each.remove())
  form.querySelectorAll('.add input').forEach((input) => { input.value = '' })
  form.elements.key.value = crypto.randomUUID?.() ?? `${Date.now()}`
  localStorage.removeItem(draftName(form))
  text.dispatchEvent(new Event('input'))
}

const complain = (form, text, message) => {
  form.querySelector('.error')?.remove()
  const id = `${text.id}-error`
  const error = make('p', { className: 'error', id, role: 'alert', textContent: message })
  text.after(error)
  text.setAttribute('aria-describedby', id)
  text.focus()
}

const post = async (form, text) => {
  if (form.ariaBusy === 'true') return
  form.ariaBusy = 'true'
  const dialog = form.closest('dialog')
  try {
    const fields = new FormData(form)
    const isPlain = form.enctype !== 'multipart/form-data'
    const { location: to } = await send(form.action, isPlain ? [...fields] : fields)
    clear(form, text)
    form.querySelector('.error')?.remove()
    dialog?.close()
    await arrive(to, Boolean(dialog) || location.pathname === '/home')
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    complain(form, text, error.message)
  } finally {
    form.ariaBusy = 'false'
  }
}

// Shows a new tweet: on top of home, or by the page where it stands.
const arrive = async (to, stays) => {
  const target = new URL(to, location)
  if (stays && location.pathname === '/home' && target.pathname === '/home') {
    const page = await load('/home')
    const tweet = page.querySelector(target.hash)
    const first = document.querySelector('main article')
    if (tweet && first) {
      first.before(tweet)
      enhance(document.querySelector('main'))
      toast(say('posted'))
      return
    }
  } else if (stays) {
    toast(say('posted'), { label: say('view'), href: to })
    return
  }
  location.assign(to)
  // Only the anchor differs: then the page has to be asked for again.
  if (target.pathname + target.search === location.pathname + location.search) location.reload()
}

// The composer of a page, in a window on this one.
const open = async (href) => {
  let page
  try {
    const response = await fetch(href)
    page = parse(await response.text())
  } catch {
    toast(say('unreachable'))
    return
  }
  const form = page.querySelector('form.composer')
  if (!form) {
    location.assign(href)
    return
  }
  // The page may have a composer of its own.
  for (const element of form.querySelectorAll('[id], [for]')) {
    for (const name of ['id', 'for', 'aria-describedby']) {
      const id = element.getAttribute(name)
      if (id) element.setAttribute(name, `new-${id}`)
    }
  }
  form.removeAttribute('id')
  if (location.pathname !== '/home' && !form.elements.reply_to) form.elements.back.value = ''
  const inside = [form]
  const above = page.querySelector('.above')
  if (above) {
    above.querySelectorAll('.acts').forEach((acts) => acts.remove())
    above.querySelectorAll('[id]').forEach((element) => element.removeAttribute('id'))
    inside.unshift(above)
  }
  const below = page.querySelector('.below')
  if (below) inside.push(below)
  const dialog = show('window', page.querySelector('h1').textContent, ...inside)
  enhance(dialog)
  form.elements.content.focus()
}
