export { makeCertificate, makeSelfSigned, type Issuer, type MadeCertificate } from './make-certificate.ts'
