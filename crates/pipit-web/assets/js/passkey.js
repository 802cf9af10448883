// Passkeys: asks the browser for one, or for a new one, and sends its answer as the form. What is to
// be signed stands on the page.

let asking

const ask = async (form, mediation) => {
  // A browser answers one at a time: the one behind the field gives way to the button.
  asking?.abort()
  asking = new AbortController()
  const { signal } = asking
  const options = JSON.parse(form.dataset.options)
  const credential = form.dataset.passkey === 'create'
    ? await navigator.credentials.create({
      publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options), signal,
    })
    : await navigator.credentials.get({
      publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options), mediation, signal,
    })
  form.elements.credential.value = JSON.stringify(credential)
  form.submit()
}

const prepare = async (form) => {
  const failed = form.querySelector('.error')
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    failed.hidden = true
    ask(form, 'optional').catch(() => { failed.hidden = false })
  })
  form.hidden = false
  if (form.dataset.passkey !== 'get') return
  // In the list of names and passwords that the browser offers, where it can: not again where it was
  // just refused.
  const wasRefused = document.querySelector('.notice.bad')
  if (!wasRefused && await PublicKeyCredential.isConditionalMediationAvailable?.()) {
    // Somebody who types a password instead is nothing to talk about.
    ask(form, 'conditional').catch(() => {})
  }
}

export const start = (root) => {
  if (!window.PublicKeyCredential?.parseCreationOptionsFromJSON) return
  return Promise.all([...root.querySelectorAll('form[data-passkey]')].map(prepare))
}
