// Sends a form in the page's place. The server answers with where the form leads, or with words.

import { parse } from './dom.js'
import { say } from './say.js'

const PATIENCE_MS = 15000

export class Refused extends Error {
  constructor(text, status, form) {
    super(text)
    this.status = status
    this.form = form
  }
}

// `fields` go as they are if they are a FormData, which may hold files, else as a plain form.
export const send = async (action, fields, { keepalive = false, patience = PATIENCE_MS } = {}) => {
  let response
  try {
    response = await fetch(action, {
      method: 'POST',
      headers: { Accept: 'application/json' },
      body: fields instanceof FormData ? fields : new URLSearchParams(fields),
      keepalive,
      signal: AbortSignal.timeout(patience),
    })
  } catch {
    throw new Refused(say(navigator.onLine ? 'unreachable' : 'offline'), 0)
  }
  const isJson = response.headers.get('content-type')?.includes('json')
  const answer = isJson ? await response.json() : await response.text()
  if (response.ok && isJson) return answer
  // A form that is shown again says what is wrong in its own words.
  const page = parse(isJson ? '' : answer)
  const said = isJson ? answer.detail : page.querySelector('.error, .notice.bad')?.textContent
  throw new Refused(said || say('refused'), response.status, page.querySelector('form.composer'))
}
