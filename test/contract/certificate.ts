/**
 * A certificate for `gateway.test`, signed by itself, valid until 2120, and its key. For tests on loopback only: the
 * name cannot exist (RFC 6761), and nothing trusts the certificate unless it is told to.
 */
export const certificate = `-----BEGIN CERTIFICATE-----
MIIBazCCARCgAwIBAgIBATAKBggqhkjOPQQDAjAXMRUwEwYDVQQDDAxnYXRld2F5
LnRlc3QwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBaMBcxFTATBgNV
BAMMDGdhdGV3YXkudGVzdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABNAfq7vv
BXMajA+rlNpHLAnUX/Gd7Z8xIwQe0ZNoOiaL49XqP1rDdwBS2OH5lZ2+3YpgR5ed
D5o/5qd/SpDNaPajSzBJMBcGA1UdEQQQMA6CDGdhdGV3YXkudGVzdDAPBgNVHRMB
Af8EBTADAQH/MB0GA1UdDgQWBBQ6osew41dU4RWeGb+yuqfxWYhlZDAKBggqhkjO
PQQDAgNJADBGAiEA7GCJ7Gg6NKrvh2u6BwngBapd2FM7WwxSOqBApYGmlFcCIQCU
smfnVMzBMhxvIONv5C4ebFWq0Rg4e05iNfJFg5ov1w==
-----END CERTIFICATE-----
`;

export const privateKey = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgdN8DSHGLhR6PH4iJ
JhKMI5OsU2Ihkjg0RVbfszDouS2hRANCAATQH6u77wVzGowPq5TaRywJ1F/xne2f
MSMEHtGTaDomi+PV6j9aw3cAUtjh+ZWdvt2KYEeXnQ+aP+anf0qQzWj2
-----END PRIVATE KEY-----
`;
