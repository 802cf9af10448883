//! A device with passkeys, for tests: it signs what it is asked to, and lies where a test wants it to.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use serde_json::{Value, json};

const PRESENT: u8 = 0x01;
const VERIFIED: u8 = 0x04;
const HAS_KEY: u8 = 0x40;

/// A device that holds one passkey.
#[derive(Debug)]
pub struct Authenticator {
    /// Where its browser is, as it says.
    pub origin: String,
    /// For whom it signs; the domain that it is asked for if left out.
    pub rp_id: Option<String>,
    /// How often it has signed; 0 if it does not count.
    pub counter: u32,
    /// Whether it looks who holds it.
    pub verifies: bool,
    key: EcdsaKeyPair,
    id: [u8; 32],
    handle: String,
}

impl Authenticator {
    /// A device whose browser shows this site.
    ///
    /// # Panics
    /// If the machine has no randomness.
    #[must_use]
    pub fn at(origin: &str) -> Self {
        let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).expect("a key");
        let mut id = [0; 32];
        aws_lc_rs::rand::fill(&mut id).expect("randomness");
        let (origin, handle) = (origin.to_owned(), String::new());
        Self { origin, rp_id: None, counter: 0, verifies: true, key, id, handle }
    }

    /// Another device, which says that it holds the same passkey, and has another key.
    ///
    /// # Panics
    /// If the machine has no randomness.
    #[must_use]
    pub fn forged(&self) -> Self {
        let (id, handle) = (self.id, self.handle.clone());
        Self { id, handle, ..Self::at(&self.origin) }
    }

    /// Makes its passkey; the answer is what the browser sends.
    ///
    /// # Panics
    /// If it is not asked in JSON.
    pub fn create(&mut self, options: &str) -> String {
        let options: Value = serde_json::from_str(options).expect("JSON");
        options["user"]["id"].as_str().expect("a handle").clone_into(&mut self.handle);
        let rp_id = options["rp"]["id"].as_str().expect("a domain");
        let mut data = self.data(rp_id, HAS_KEY);
        // No maker is named.
        data.extend([0; 16]);
        data.extend([0, 32]);
        data.extend(self.id);
        // COSE: an elliptic curve, ES256, P-256, x, y.
        data.extend([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20]);
        let point = self.key.public_key().as_ref().to_vec();
        data.extend(&point[1..33]);
        data.extend([0x22, 0x58, 0x20]);
        data.extend(&point[33..]);
        // CBOR: a map of a format, a statement and these data.
        let mut object = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58".to_vec();
        object.push(u8::try_from(data.len()).expect("short"));
        object.extend(data);
        let client = self.client_data("webauthn.create", &options);
        self.sent(&json!({
            "clientDataJSON": BASE64.encode(client),
            "attestationObject": BASE64.encode(object),
            "transports": ["internal"],
        }))
    }

    /// Signs with its passkey; the answer is what the browser sends.
    ///
    /// # Panics
    /// If it is not asked in JSON.
    pub fn get(&self, options: &str) -> String {
        let options: Value = serde_json::from_str(options).expect("JSON");
        let data = self.data(options["rpId"].as_str().expect("a domain"), 0);
        let client = self.client_data("webauthn.get", &options);
        let signed = [&data[..], digest(&SHA256, client.as_bytes()).as_ref()].concat();
        let signature = self.key.sign(&SystemRandom::new(), &signed).expect("signed");
        self.sent(&json!({
            "clientDataJSON": BASE64.encode(client),
            "authenticatorData": BASE64.encode(data),
            "signature": BASE64.encode(signature.as_ref()),
            "userHandle": self.handle,
        }))
    }

    fn data(&self, rp_id: &str, flags: u8) -> Vec<u8> {
        let rp_id = self.rp_id.as_deref().unwrap_or(rp_id);
        let verified = if self.verifies { VERIFIED } else { 0 };
        let mut data = digest(&SHA256, rp_id.as_bytes()).as_ref().to_vec();
        data.push(PRESENT | verified | flags);
        data.extend(self.counter.to_be_bytes());
        data
    }

    fn client_data(&self, kind: &str, options: &Value) -> String {
        let (challenge, origin) = (&options["challenge"], &self.origin);
        let data = json!({
            "type": kind, "challenge": challenge, "origin": origin, "crossOrigin": false,
        });
        data.to_string()
    }

    fn sent(&self, response: &Value) -> String {
        let id = BASE64.encode(self.id);
        let sent = json!({
            "id": id, "rawId": id, "type": "public-key", "response": response,
            "authenticatorAttachment": "platform", "clientExtensionResults": {},
        });
        sent.to_string()
    }
}
