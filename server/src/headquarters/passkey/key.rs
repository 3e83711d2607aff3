//! A passkey's public key: COSE as authenticators write it, verified by ring.

use minicbor::Decoder;
use minicbor::data::Type;
use ring::signature::{
    ECDSA_P256_SHA256_ASN1, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents,
    UnparsedPublicKey,
};

use super::Refused;

/// COSE's numbers of the algorithms that are taken, the preferred first. RS256 is what Windows Hello has on older machines.
pub(super) const ALGORITHMS: [i32; 3] = [EDDSA, ES256, RS256];
const ES256: i32 = -7;
const EDDSA: i32 = -8;
const RS256: i32 = -257;

/// Most entries of a key's map.
const ENTRIES: u64 = 8;

/// Bytes of an RSA modulus: 2,048 to 4,096 bits.
const MODULUS: std::ops::RangeInclusive<usize> = 256..=512;

/// A public key that signatures are verified with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum PasskeyKey {
    /// A point of P-256, not compressed.
    Es256([u8; 65]),
    Eddsa([u8; 32]),
    Rs256 {
        modulus: Vec<u8>,
        exponent: Vec<u8>,
    },
}

impl PasskeyKey {
    /// Reads the key at the beginning of some bytes; how many of them it takes.
    pub(super) fn read(bytes: &[u8]) -> Result<(Self, usize), Refused> {
        let mut from = Decoder::new(bytes);
        let key = Self::decode(&mut from).map_err(|_| Refused::Key)?.ok_or(Refused::Key)?;
        Ok((key, from.position()))
    }

    fn decode(from: &mut Decoder<'_>) -> Result<Option<Self>, minicbor::decode::Error> {
        let Some(entries @ ..=ENTRIES) = from.map()? else { return Ok(None) };
        let (mut kind, mut algorithm, mut curve) = (None, None, None);
        let (mut first, mut second, mut third) = (None, None, None);
        for _ in 0..entries {
            match (from.i32()?, from.datatype()?) {
                (1, _) => kind = Some(from.i32()?),
                (3, _) => algorithm = Some(from.i32()?),
                (-1, Type::Bytes) => first = Some(from.bytes()?),
                (-1, _) => curve = Some(from.i32()?),
                (-2, Type::Bytes) => second = Some(from.bytes()?),
                (-3, Type::Bytes) => third = Some(from.bytes()?),
                _ => from.skip()?,
            }
        }
        Ok(match (kind, algorithm, curve, first, second, third) {
            (Some(2), Some(ES256), Some(1), _, Some(x), Some(y)) => point(x, y).map(Self::Es256),
            (Some(1), Some(EDDSA), Some(6), _, Some(x), _) => x.try_into().ok().map(Self::Eddsa),
            (Some(3), Some(RS256), _, Some(modulus), Some(exponent), _) => {
                let sound = MODULUS.contains(&modulus.len()) && (1..=4).contains(&exponent.len());
                sound.then(|| Self::Rs256 {
                    modulus: modulus.to_owned(),
                    exponent: exponent.to_owned(),
                })
            }
            _ => None,
        })
    }

    /// A key that nobody has. Where there is no passkey, a signature is verified with it all the same, for the same time.
    pub(super) fn of_nobody() -> Self {
        let mut point = [0; 65];
        point[0] = 4;
        point[1..].copy_from_slice(&GENERATOR);
        Self::Es256(point)
    }

    /// Whether a signature is this key's.
    pub(super) fn verifies(&self, signed: &[u8], signature: &[u8]) -> bool {
        let verified = match self {
            Self::Es256(point) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point).verify(signed, signature)
            }
            Self::Eddsa(key) => UnparsedPublicKey::new(&ED25519, key).verify(signed, signature),
            Self::Rs256 { modulus, exponent } => RsaPublicKeyComponents { n: modulus, e: exponent }
                .verify(&RSA_PKCS1_2048_8192_SHA256, signed, signature),
        };
        verified.is_ok()
    }
}

fn point(x: &[u8], y: &[u8]) -> Option<[u8; 65]> {
    let (x, y): ([u8; 32], [u8; 32]) = (x.try_into().ok()?, y.try_into().ok()?);
    let mut point = [4; 65];
    point[1..33].copy_from_slice(&x);
    point[33..].copy_from_slice(&y);
    Some(point)
}

/// The generator of P-256 (FIPS 186-4, D.1.2.3): whoever had its private key would have 1.
const GENERATOR: [u8; 64] = [
    0x6b, 0x17, 0xd1, 0xf2, 0xe1, 0x2c, 0x42, 0x47, 0xf8, 0xbc, 0xe6, 0xe5, 0x63, 0xa4, 0x40, 0xf2,
    0x77, 0x03, 0x7d, 0x81, 0x2d, 0xeb, 0x33, 0xa0, 0xf4, 0xa1, 0x39, 0x45, 0xd8, 0x98, 0xc2, 0x96,
    0x4f, 0xe3, 0x42, 0xe2, 0xfe, 0x1a, 0x7f, 0x9b, 0x8e, 0xe7, 0xeb, 0x4a, 0x7c, 0x0f, 0x9e, 0x16,
    0x2b, 0xce, 0x33, 0x57, 0x6b, 0x31, 0x5e, 0xce, 0xcb, 0xb6, 0x40, 0x68, 0x37, 0xbf, 0x51, 0xf5,
];

#[cfg(test)]
mod tests {
    use super::*;

    /// A COSE key with these entries, each a number or bytes.
    fn cose(entries: &[(i32, Result<i32, &[u8]>)]) -> Vec<u8> {
        let mut into = minicbor::Encoder::new(Vec::new());
        into.map(entries.len() as u64).unwrap();
        for (name, value) in entries {
            into.i32(*name).unwrap();
            match value {
                Ok(number) => into.i32(*number).unwrap(),
                Err(bytes) => into.bytes(bytes).unwrap(),
            };
        }
        into.into_writer()
    }

    #[test]
    fn keys_of_three_kinds_are_read_up_to_their_end() {
        let (x, modulus) = ([7; 32], [0x80; 256]);
        let es256 = cose(&[(1, Ok(2)), (3, Ok(-7)), (-1, Ok(1)), (-2, Err(&x)), (-3, Err(&x))]);
        let eddsa = cose(&[(1, Ok(1)), (3, Ok(-8)), (-1, Ok(6)), (-2, Err(&x))]);
        let rs256 = cose(&[(1, Ok(3)), (3, Ok(-257)), (-1, Err(&modulus)), (-2, Err(&[1, 0, 1]))]);
        for bytes in [es256, eddsa, rs256] {
            let (key, taken) = PasskeyKey::read(&[&bytes[..], &[0xa0]].concat()).unwrap();
            assert_eq!(taken, bytes.len(), "{key:?}");
            assert!(!key.verifies(b"a", b"b"));
            for end in 0..bytes.len() {
                assert!(PasskeyKey::read(&bytes[..end]).is_err());
            }
        }
    }

    #[test]
    fn any_other_key_is_refused() {
        let x = [7; 32];
        for other in [
            // P-384's algorithm, another curve, a short point, a compressed one, a small modulus, indefinite length.
            cose(&[(1, Ok(2)), (3, Ok(-35)), (-1, Ok(2)), (-2, Err(&x)), (-3, Err(&x))]),
            cose(&[(1, Ok(2)), (3, Ok(-7)), (-1, Ok(8)), (-2, Err(&x)), (-3, Err(&x))]),
            cose(&[(1, Ok(2)), (3, Ok(-7)), (-1, Ok(1)), (-2, Err(&x)), (-3, Err(&x[1..]))]),
            cose(&[(1, Ok(2)), (3, Ok(-7)), (-1, Ok(1)), (-2, Err(&x))]),
            cose(&[(1, Ok(3)), (3, Ok(-257)), (-1, Err(&[0x80; 128])), (-2, Err(&[3]))]),
            vec![0xbf, 0xff],
            vec![0xa0],
        ] {
            assert_eq!(PasskeyKey::read(&other), Err(Refused::Key), "{other:02x?}");
        }
    }

    #[test]
    fn an_rsa_signature_is_verified() {
        use data_encoding::BASE64URL_NOPAD;
        let of = |text: &str| BASE64URL_NOPAD.decode(text.as_bytes()).unwrap();
        let modulus = of(MODULUS_BY_OPENSSL);
        let rsa = cose(&[(1, Ok(3)), (3, Ok(-257)), (-1, Err(&modulus)), (-2, Err(&[1, 0, 1]))]);
        let (key, _) = PasskeyKey::read(&rsa).unwrap();
        let signature = of(SIGNATURE_BY_OPENSSL);
        assert!(key.verifies(b"signed", &signature));
        assert!(!key.verifies(b"signes", &signature));
    }

    /// A key of 2,048 bits and its signature of `signed`, made by OpenSSL (`dgst -sha256 -sign`).
    const MODULUS_BY_OPENSSL: &str = "2FzjHfSYYCLX7SyOBHlkHnihvnFQ6rr4DN8ahPtAF6dGzy91_3ECky0VPKn9ohVo_JgYc3cpPrBTYpQ5i1dGZEwOBDO-blB_\
         MRMl7SOCS-bo69L6vRapwKyGu9QXVIx7v7k6kO6TpisHrdImiWx1dWaD1lH_mNAwK1cMXjAeFY5NwO07TNlvSaDRwI4FGHGz\
         EAUSetJ-WW7TLMC4bWDtUDMtcMrXDaT6KySDbbKwa_a2knSBBxOga3jvmLrJV30vUffahl9K_-ywRSxGAqRKYuYL2gyOAwKG\
         Ra70CkEo4EcJk7d7sQviT_UaC7Hcb7xJf_Yi1UZ-MAx-bqtNaT7vZw";
    const SIGNATURE_BY_OPENSSL: &str = "2Bl1UGvT4cRVIarfD-B5OCdgLzYV3w15BHS7FJ377fYriryKhjQ0iAYJ7bB7lEjHXErXYot7YmmYa9E7ixiVBEzLkFKoGehm\
         4dWaRvxtCy0RPUtt9ixf05Nz73M3EE7d2mLQG-DThK6ce83EZqe-7-vmro5Kv51CMjWQQcuBxW-FuZt2k7o0ACEfMjKVUuGY\
         BYLayvwrvdGyccmnZmZNR54LdZopjwny_7GxFgctzb4k8NYeH6IHGUIP1sP8ixZnRYNd-fMDbLJN_yAtszJuZgUicdxLIw0D\
         X3mJiEju7z0ycrKN2XfCAa8pCt-d0SFLpMhvNb9IQylWOgUC00ej0A";

    #[test]
    fn the_key_of_nobody_is_a_key() {
        use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair};
        let PasskeyKey::Es256(point) = PasskeyKey::of_nobody() else { panic!("a point") };
        let random = ring::rand::SystemRandom::new();
        let mut one = [0; 32];
        one[31] = 1;
        let algorithm = &ECDSA_P256_SHA256_ASN1_SIGNING;
        // A point that is not on the curve would be refused at once, and its time would tell.
        let pair = EcdsaKeyPair::from_private_key_and_public_key(algorithm, &one, &point, &random);
        let signature = pair.unwrap().sign(&random, b"signed").unwrap();
        assert!(PasskeyKey::of_nobody().verifies(b"signed", signature.as_ref()));
    }
}
