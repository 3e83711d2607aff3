//! An authenticator in software: real keys and signatures, and whatever it is told to get wrong.

use countersign_core::id::sha256;
use data_encoding::BASE64URL_NOPAD;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _};
use serde_json::{Value, json};

/// The address of the pages in these tests.
pub(super) const PAGES: &str = "https://hq.example.org";

const HOST: &str = "hq.example.org";

enum Pair {
    Es256(EcdsaKeyPair),
    Eddsa(Ed25519KeyPair),
}

/// A passkey in its authenticator. The fields are what it says; a test may change them.
pub(super) struct Authenticator {
    pair: Pair,
    pub(super) credential: Vec<u8>,
    pub(super) user: Option<String>,
    pub(super) origin: String,
    pub(super) host: String,
    pub(super) flags: u8,
    pub(super) counter: u32,
    pub(super) cross_origin: bool,
}

impl Authenticator {
    fn with(pair: Pair, credential: &[u8]) -> Self {
        Self {
            pair,
            credential: credential.to_owned(),
            user: None,
            origin: PAGES.to_owned(),
            host: HOST.to_owned(),
            // Somebody was there and was verified.
            flags: 0x05,
            counter: 0,
            cross_origin: false,
        }
    }

    pub(super) fn es256(credential: &[u8]) -> Self {
        let (random, algorithm) = (SystemRandom::new(), &ECDSA_P256_SHA256_ASN1_SIGNING);
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(algorithm, pkcs8.as_ref(), &random).unwrap();
        Self::with(Pair::Es256(pair), credential)
    }

    pub(super) fn eddsa(credential: &[u8]) -> Self {
        let pkcs8 = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        let pair = Ed25519KeyPair::from_pkcs8(pkcs8.as_ref()).unwrap();
        Self::with(Pair::Eddsa(pair), credential)
    }

    fn cose(&self) -> Vec<u8> {
        let mut into = minicbor::Encoder::new(Vec::new());
        match &self.pair {
            Pair::Es256(pair) => {
                let point = pair.public_key().as_ref();
                into.map(5).unwrap().i32(1).unwrap().i32(2).unwrap().i32(3).unwrap();
                into.i32(-7).unwrap().i32(-1).unwrap().i32(1).unwrap();
                into.i32(-2).unwrap().bytes(&point[1..33]).unwrap();
                into.i32(-3).unwrap().bytes(&point[33..]).unwrap();
            }
            Pair::Eddsa(pair) => {
                into.map(4).unwrap().i32(1).unwrap().i32(1).unwrap().i32(3).unwrap();
                into.i32(-8).unwrap().i32(-1).unwrap().i32(6).unwrap();
                into.i32(-2).unwrap().bytes(pair.public_key().as_ref()).unwrap();
            }
        }
        into.into_writer()
    }

    fn data(&self, flags: u8) -> Vec<u8> {
        let host = sha256(self.host.as_bytes());
        [&host[..], &[flags], &self.counter.to_be_bytes()].concat()
    }

    fn client_data(&self, kind: &str, challenge: &str) -> String {
        let cross = self.cross_origin;
        json!({"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": cross})
            .to_string()
    }

    /// What a page sends of a passkey that was made for a challenge.
    pub(super) fn create(&self, challenge: &Value) -> Value {
        let length = u16::try_from(self.credential.len()).unwrap().to_be_bytes();
        let data = self.data(self.flags | 0x40);
        let data = [&data[..], &[0; 16], &length, &self.credential, &self.cose()].concat();
        let mut object = minicbor::Encoder::new(Vec::new());
        object.map(3).unwrap().str("fmt").unwrap().str("none").unwrap();
        object.str("attStmt").unwrap().map(0).unwrap();
        object.str("authData").unwrap().bytes(&data).unwrap();
        let client_data = self.client_data("webauthn.create", challenge.as_str().unwrap());
        json!({
            "client_data": BASE64URL_NOPAD.encode(client_data.as_bytes()),
            "attestation": BASE64URL_NOPAD.encode(&object.into_writer()),
        })
    }

    /// What a page sends of a signature over a challenge.
    pub(super) fn get(&self, challenge: &Value) -> Value {
        self.sign("webauthn.get", challenge)
    }

    /// The same, of what calls itself another ceremony.
    pub(super) fn sign(&self, kind: &str, challenge: &Value) -> Value {
        let client_data = self.client_data(kind, challenge.as_str().unwrap());
        let data = self.data(self.flags);
        let signed = [&data[..], &sha256(client_data.as_bytes())].concat();
        let signature = match &self.pair {
            Pair::Es256(pair) => {
                pair.sign(&SystemRandom::new(), &signed).unwrap().as_ref().to_owned()
            }
            Pair::Eddsa(pair) => pair.sign(&signed).as_ref().to_owned(),
        };
        json!({
            "id": BASE64URL_NOPAD.encode(&self.credential),
            "client_data": BASE64URL_NOPAD.encode(client_data.as_bytes()),
            "authenticator_data": BASE64URL_NOPAD.encode(&data),
            "signature": BASE64URL_NOPAD.encode(&signature),
            "user": self.user,
        })
    }
}
