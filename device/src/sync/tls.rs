//! Whom the tablet believes to be the party server.

use std::sync::Arc;
use std::time::Duration;

use countersign_core::contest::{Contest, Span};
use rustls::client::WebPkiServerVerifier;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::time_provider::TimeProvider;
use rustls::{ClientConfig, RootCertStore};

use crate::host::Clock;

/// Certificates are judged at the device's time where the package says that it can be right, else on the caucus day: a
/// tablet whose battery died believes it is 1970, and has to report all the same.
#[derive(Debug)]
struct CaucusTime {
    clock: Arc<dyn Clock>,
    caucus: Option<(Span, u64)>,
}

impl TimeProvider for CaucusTime {
    fn current_time(&self) -> Option<UnixTime> {
        let device = self.clock.wall_ms();
        let judged = match self.caucus {
            Some((valid, day)) if !valid.contains(device) => day,
            _ => device,
        };
        Some(UnixTime::since_unix_epoch(Duration::from_millis(judged)))
    }
}

/// Trust for a contest: the certificates its package names, and nothing else where it names any; the public ones where
/// it names none, and before there is a package.
pub(crate) fn client_config(
    contest: Option<&Contest>,
    clock: &Arc<dyn Clock>,
) -> Result<ClientConfig, rustls::Error> {
    let mut roots = RootCertStore::empty();
    let named = contest.map_or(&[][..], |contest| &contest.tls_roots);
    for root in named {
        roots.add(CertificateDer::from(root.to_vec()))?;
    }
    if named.is_empty() {
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier =
        WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
            .build()
            .map_err(|error| rustls::Error::General(error.to_string()))?;
    let time = CaucusTime {
        clock: Arc::clone(clock),
        caucus: contest.map(|contest| (contest.valid, caucus_day_ms(contest))),
    };
    let mut config = ClientConfig::builder_with_details(provider, Arc::new(time))
        .with_safe_default_protocol_versions()?
        .with_webpki_verifier(verifier)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

/// Noon of the caucus day, UTC; the middle of the package's validity where the date cannot be read.
fn caucus_day_ms(contest: &Contest) -> u64 {
    let noon = contest
        .date
        .parse::<chrono::NaiveDate>()
        .ok()
        .and_then(|day| day.and_hms_opt(12, 0, 0))
        .and_then(|noon| u64::try_from(noon.and_utc().timestamp_millis()).ok());
    noon.unwrap_or(contest.valid.from_ms / 2 + contest.valid.until_ms / 2)
}
