const SVG = 'http://www.w3.org/2000/svg'

/** @typedef {Node | string | number | undefined} Content */

/**
 * An element of HTML; text is text.
 *
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {Record<string, string>} [attributes]
 * @param {...Content} contents
 */
export function html(name, attributes = {}, ...contents) {
  const made = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value)
  fill(made, contents)
  return made
}

/**
 * An element of SVG; `title` becomes what is shown for it.
 *
 * @template {keyof SVGElementTagNameMap} Name
 * @param {Name} name
 * @param {Record<string, string | number>} [attributes]
 * @param {...Content} contents
 */
export function svg(name, { title, ...attributes } = {}, ...contents) {
  const made = document.createElementNS(SVG, name)
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value))
  if (title !== undefined) made.append(svg('title', {}, title))
  fill(made, contents)
  return made
}

/**
 * @param {Element} parent
 * @param {readonly Content[]} contents
 */
function fill(parent, contents) {
  for (const content of contents)
    if (content !== undefined) parent.append(content instanceof Node ? content : String(content))
}

/**
 * @param {string} id
 * @returns {HTMLElement}
 */
export function byId(id) {
  const found = document.getElementById(id)
  if (!found) throw new Error(`the page has no ${id}`)
  return found
}
