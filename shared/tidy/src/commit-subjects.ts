/** Characters a subject may have, so that `git log --oneline` shows all of it. */
const SUBJECT_LENGTH_MAX = 72

/** First words that are not imperative: articles, pronouns, and verbs in another form than the imperative. */
const notImperative =
  /^(?:a|an|the|each|every|one|two|some|its?|what|who|when|where|after|only|also)$|^(?!address|process|discuss|miss|pass|press|cross|focus|bless|guess|embed|feed|need|shed|speed|exceed|proceed|bring|string|ring|ping)[a-z]+(?:s|ed|ing)$/

/**
 * What is wrong with a commit's subject, a sentence each.
 *
 * @param areas those of CONTRIBUTING.md
 */
export function subjectComplaints(subject: string, areas: ReadonlySet<string>): string[] {
  const match = /^(?<area>[a-z0-9-]+): (?<rest>(?<first>\S+).*)$/.exec(subject)
  const { area = '', rest = '', first = '' } = match?.groups ?? {}
  if (!match) return [`${subject}: does not read "area: imperative"`]
  const complaints: string[] = []
  if (!areas.has(area)) complaints.push(`${subject}: ${area} is not an area`)
  if (subject.length > SUBJECT_LENGTH_MAX) complaints.push(`${subject}: ${subject.length} characters`)
  if (/^[A-Z][a-z]/.test(rest)) complaints.push(`${subject}: the imperative begins with a lower-case letter`)
  if (notImperative.test(first.toLowerCase())) complaints.push(`${subject}: ${first} is not an imperative`)
  return complaints
}

/** The areas that CONTRIBUTING.md lists behind "Areas are the rooms". */
export function areasOf(contributing: string): ReadonlySet<string> {
  const list = /Areas are the rooms:\s*([^.]*)\./.exec(contributing)?.[1] ?? ''
  return new Set([...list.matchAll(/`([a-z0-9-]+)`/g)].map(([, area = '']) => area))
}
