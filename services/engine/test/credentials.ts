import { dialWebSockets, parseLinkKeys, provenDial, type Dial, type LinkKeys } from '@uptick/link'
import { LinkRole } from '@uptick/protocol'

/** What the engines of these tests share with those that dial them. */
export const LINK_SECRET = 'the-secret-of-the-links-in-these-tests'

export const linkKeys: LinkKeys = () => parseLinkKeys(LINK_SECRET)

/** Dials engines as the operator side of a gateway does. */
export const dialOperator: Dial = provenDial(dialWebSockets(), { role: LinkRole.OPERATOR, keys: linkKeys })
