// Writing: what is left, a draft that outlives the page, Ctrl+Enter, and a window to write in from
// anywhere. Without it the form does it all but more slowly.

import { LIMIT, measure } from './count.js'
import { enhance } from './app.js'
import { isPlain, load, make, me, parse } from './dom.js'
import { Refused, send } from './send.js'
import { say } from './say.js'
import { show, toast } from './over.js'

const DRAFT_EVERY_MS = 1000
const UPLOAD_MS = 300000
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
    event.preventDefault()
    post(form, text)
  })
}

// Loaded when there is one: most tweets have none.
const pictures = (form, text) => {
  const bring = async () => {
    const module = await import('./pictures.js')
    module.start(form)
    return module
  }
  let loaded
  form.querySelector('.add')?.addEventListener('toggle', () => { loaded ??= bring() })
  const take = async (event, { files } = {}) => {
    if (!files?.length) return
    event.preventDefault()
    loaded ??= bring()
    const module = await loaded
    module.take(form, files)
  }
  text.addEventListener('paste', (event) => take(event, event.clipboardData))
  text.addEventListener('drop', (event) => take(event, event.dataTransfer))
}

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
      forgive(form, text)
    } else text.removeAttribute('aria-invalid')
    excess.hidden = !isOver
    excess.replaceChildren(`${say('too_long')} `, make('mark', { textContent: over }))
  }
  text.addEventListener('input', show)
  show()
}

// One draft a person for each tweet that is answered or quoted, and one for those that do neither; each
// with the key that has the server post it once. Pictures are no part of it: no script may choose files.
const nameOf = (form) => {
  const { reply_to: to, quote } = form.elements
  return `draft:${me()}:${to?.value ?? ''}${quote ? `:quote:${quote.value}` : ''}`
}

const draftOf = (form) => JSON.parse(localStorage.getItem(form.dataset.draft)) ?? {}

// Another tab may have begun another one.
const drop = (form) => {
  if (draftOf(form).key === form.elements.key.value) localStorage.removeItem(form.dataset.draft)
}

// Whom it is for belongs to it.
const CHOICES = ['visibility', 'reply_audience']

const draft = (form, text) => {
  form.dataset.draft = nameOf(form)
  const kept = draftOf(form)
  // What a link begins does not take its place.
  if (kept.text && text.value) form.dataset.draft += ':begun'
  if (kept.text && !text.value) {
    text.value = kept.text
    form.elements.key.value = kept.key
    for (const choice of CHOICES) {
      if (kept[choice] && form.elements[choice]) form.elements[choice].value = kept[choice]
    }
    // Chosen before, it is to be seen.
    const audience = form.querySelector('.choice :checked:not([value="everyone"])')
    if (audience) audience.closest('details').open = true
    text.dispatchEvent(new Event('input'))
    if (!form.closest('dialog')) {
      const discard = () => clear(form, text)
      const close = toast(say('draft_restored'), { label: say('discard'), action: discard })
      // What is written from now on is not to be discarded with it.
      text.addEventListener('input', () => close(), { once: true })
    }
  }
  let timer
  const keep = () => {
    timer = undefined
    const { value } = text
    const choices = CHOICES.map((choice) => [choice, form.elements[choice]?.value])
    const written = { text: value, key: form.elements.key.value, ...Object.fromEntries(choices) }
    if (!value.trim()) drop(form)
    else localStorage.setItem(form.dataset.draft, JSON.stringify(written))
  }
  form.addEventListener('input', () => { timer ??= setTimeout(keep, DRAFT_EVERY_MS) })
  addEventListener('pagehide', () => timer && keep())
}

const clear = (form, text) => {
  drop(form)
  form.reset()
  text.value = ''
  form.querySelectorAll('.kept').forEach((each) => each.remove())
  for (const input of form.querySelectorAll('[type=file]')) {
    input.dispatchEvent(new Event('change', { bubbles: true }))
  }
  form.elements.key.value = crypto.randomUUID?.() ?? `${Date.now()}`
  text.dispatchEvent(new Event('input'))
}

const forgive = (form, text) => {
  form.querySelector('.error')?.remove()
  text.setAttribute('aria-describedby', `${text.id}-hint`)
}

const complain = (form, text, { message, status }) => {
  forgive(form, text)
  const id = `${text.id}-error`
  const error = make('p', { className: 'error', id, role: 'alert', textContent: message })
  if (status === 403) error.append(' ', make('a', { href: '/login', target: '_blank', textContent: say('sign_in') }))
  text.after(error)
  text.setAttribute('aria-describedby', id)
  text.focus()
}

const again = (form, given) => {
  const isDialog = form.closest('dialog')
  form.replaceWith(isDialog ? renamed(given) : given)
  enhance(given.parentElement)
  given.elements.content.focus()
}

const post = async (form, text) => {
  if (form.ariaBusy === 'true') return
  form.ariaBusy = 'true'
  // What would be typed now would be neither posted nor kept.
  text.readOnly = true
  const dialog = form.closest('dialog')
  try {
    const fields = new FormData(form)
    // Pictures take as long as they take.
    const patience = [...fields.values()].some((value) => value.size) ? UPLOAD_MS : undefined
    const { location: to } = await send(form.action, fields, { patience })
    const key = form.elements.key.value
    // A window shows the page's own draft, where there is one.
    for (const each of document.querySelectorAll('form.composer')) {
      if (each.elements.key.value === key) clear(each, each.elements.content)
    }
    forgive(form, text)
    dialog?.close()
    await arrive(to, Boolean(dialog) || location.pathname === '/home')
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    // Pictures that arrived are kept: the server's form holds them.
    if (error.form?.querySelector('.kept')) again(form, error.form)
    else complain(form, text, error)
  } finally {
    form.ariaBusy = 'false'
    text.readOnly = false
  }
}

// Shows a new tweet: on top of home, or by the page where it stands.
const arrive = async (to, stays) => {
  const target = new URL(to, location)
  if (stays && !location.search && location.pathname === '/home' && target.pathname === '/home') {
    const page = await load('/home').catch(() => null)
    const tweet = page?.querySelector(target.hash)
    const first = document.querySelector('main article')
    if (tweet && first) {
      (first.closest('.folded') ?? first).before(tweet)
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

// The page may have a composer of its own.
const renamed = (form) => {
  for (const element of form.querySelectorAll('[id], [for]')) {
    for (const name of ['id', 'for', 'aria-describedby']) {
      const id = element.getAttribute(name)
      if (id) element.setAttribute(name, `new-${id}`)
    }
  }
  form.removeAttribute('id')
  return form
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
  renamed(form)
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
