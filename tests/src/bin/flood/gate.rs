//! The tablets' way to the server: an address for each house, from which the server sees them come.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, SocketAddr};

use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::runtime::Runtime;

use crate::Outcome;

/// Carries whatever comes to an address on to the server.
pub(crate) struct Gate {
    _runtime: Runtime,
}

impl Gate {
    /// Opens the addresses on `port`, each of which leads to `server`.
    pub(crate) fn open(
        addresses: &BTreeSet<Ipv4Addr>,
        port: u16,
        server: SocketAddr,
    ) -> Outcome<Self> {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        for &here in addresses {
            let listener = runtime.block_on(TcpListener::bind((here, port)))?;
            runtime.spawn(async move {
                while let Ok((tablet, _)) = listener.accept().await {
                    // A connection that fails is the tablet's affair, as anywhere.
                    tokio::spawn(carry(tablet, here, server));
                }
            });
        }
        Ok(Self { _runtime: runtime })
    }
}

async fn carry(
    mut tablet: TcpStream,
    here: Ipv4Addr,
    server: SocketAddr,
) -> std::io::Result<(u64, u64)> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddr::from((here, 0)))?;
    let mut server = socket.connect(server).await?;
    server.set_nodelay(true)?;
    tablet.set_nodelay(true)?;
    tokio::io::copy_bidirectional(&mut tablet, &mut server).await
}
