// The one place where text becomes elements, under the page's one Trusted Types policy. Only what
// this server rendered comes here; it has escaped what people typed.

const policy = window.trustedTypes?.createPolicy('pipit', { createHTML: (html) => html })

// A page or a part of one as a document of its own, in which nothing runs.
export const parse = (html) =>
  new DOMParser().parseFromString(policy ? policy.createHTML(html) : html, 'text/html')

// What stands at an address; fails where the server refuses or leads elsewhere.
export const load = async (address) => {
  const response = await fetch(address)
  if (!response.ok || response.redirected) throw new Error(response.status)
  return parse(await response.text())
}

// The address of the reader's own page.
export const me = () => document.querySelector('.nav a[href^="/@"]')?.getAttribute('href') ?? ''

// What leaves the page or opens a tab stays the browser's.
export const isPlain = (event) =>
  !(event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey)

// Leads the keyboard to what is no link or button.
export const lead = (element, options) => {
  element.tabIndex = -1
  element.focus(options)
}

// An element with its properties and what is in it.
export const make = (name, properties = {}, ...inside) => {
  const element = Object.assign(document.createElement(name), properties)
  element.append(...inside)
  return element
}
