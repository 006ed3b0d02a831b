//! From a TCP connection to one that stands: TLS, the two hellos, and the place among those of the same pair.
//!
//! The responder says nothing before the initiator's hello holds; a stranger sees our TLS key, and no more.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio_rustls::{TlsAcceptor, TlsConnector, TlsStream};

use crate::endpoint::Inner;
use crate::frame::{Header, Type};
use crate::hello::{self, Channel, Role, Speaker};
use crate::limits::{HEADER_BYTES, HELLO_PAYLOAD_BYTES_MAX, LINGER_MS, READ_BUFFER_BYTES};
use crate::mux::{Body, Frame};
use crate::wire::{self, read_payload, within, write_frame};
use crate::{Code, Connection, Error, Handshake, Pin, Rejection, tls};

type Socket = BufReader<TcpStream>;

impl Inner {
    /// Takes a connection from a socket that listens.
    pub(crate) async fn take_in(
        self: &Arc<Self>,
        socket: TcpStream,
        from: SocketAddr,
    ) -> Result<Connection, Error> {
        self.counts.handshake();
        let (mut channel, pin, bound) = self.respond(socket).await?;
        let connection = self.connection(pin, from, Role::Responder);
        match self.answer(&mut channel, &connection, &bound).await {
            Ok(()) => Ok(self.stands(channel, connection)),
            Err(error) => Err(self.falls(channel, &connection, error).await),
        }
    }

    async fn respond(&self, socket: TcpStream) -> Result<(TlsStream<Socket>, Pin, Channel), Error> {
        let acceptor = TlsAcceptor::from(self.responder.clone());
        let channel = self.handshake(acceptor.accept(buffered(socket)?)).await?;
        let (_, state) = channel.get_ref();
        let key = tls::peer_key(state).map_err(Error::Handshake)?;
        let pin = self.registry.pin_by_key(&key).ok_or(Error::Handshake(Handshake::UnknownKey))?;
        let export = |out, label: &[u8]| state.export_keying_material(out, label, None);
        let bound = tls::channel(export, key, self.tls.public())?;
        Ok((channel.into(), pin, bound))
    }

    /// The responder's part after TLS.
    async fn answer(
        &self,
        channel: &mut TlsStream<Socket>,
        connection: &Connection,
        bound: &Channel,
    ) -> Result<(), Error> {
        self.hear(channel, connection, bound).await?;
        if !self.registry.may_replace(connection, Duration::from_millis(self.limits.probe_ms)).await {
            return Err(Error::ClosedHere(Code::Duplicate));
        }
        self.registry.stand(connection).map_err(Error::ClosedHere)?;
        self.say(channel, connection, bound).await
    }

    /// Opens a connection.
    pub(crate) async fn call(self: &Arc<Self>, pin: Pin, at: SocketAddr) -> Result<Connection, Error> {
        self.counts.handshake();
        let config = self.tls.initiator(pin.tls)?;
        let (mut channel, bound) = self.initiate(&pin, at, config).await?;
        let connection = self.connection(pin, at, Role::Initiator);
        match self.ask(&mut channel, &connection, &bound).await {
            Ok(()) => Ok(self.stands(channel, connection)),
            Err(error) => Err(self.falls(channel, &connection, error).await),
        }
    }

    async fn initiate(
        &self,
        pin: &Pin,
        at: SocketAddr,
        config: Arc<ClientConfig>,
    ) -> Result<(TlsStream<Socket>, Channel), Error> {
        let wait = Duration::from_millis(self.limits.handshake_ms);
        let socket = tokio::time::timeout(wait, TcpStream::connect(at)).await;
        let socket = socket.map_err(|_| Error::TooSlow("connect"))?;
        let socket = buffered(socket.map_err(|error| Error::Unreachable(error.kind()))?)?;
        let name = ServerName::IpAddress(at.ip().into());
        let channel = self.handshake(TlsConnector::from(config).connect(name, socket)).await?;
        let (_, state) = channel.get_ref();
        let key = tls::peer_key(state).map_err(Error::Handshake)?;
        debug_assert!(key == pin.tls, "the handshake ends for every other key");
        let export = |out, label: &[u8]| state.export_keying_material(out, label, None);
        let bound = tls::channel(export, self.tls.public(), key)?;
        Ok((channel.into(), bound))
    }

    /// The initiator's part after TLS.
    async fn ask(
        &self,
        channel: &mut TlsStream<Socket>,
        connection: &Connection,
        bound: &Channel,
    ) -> Result<(), Error> {
        self.say(channel, connection, bound).await?;
        self.hear(channel, connection, bound).await?;
        if !self.registry.may_replace(connection, Duration::from_millis(self.limits.probe_ms)).await {
            return Err(Error::ClosedHere(Code::Duplicate));
        }
        self.registry.stand(connection).map_err(Error::ClosedHere)
    }

    async fn handshake<T>(&self, act: impl Future<Output = std::io::Result<T>>) -> Result<T, Error> {
        let wait = Duration::from_millis(self.limits.handshake_ms);
        match tokio::time::timeout(wait, act).await {
            Ok(done) => done.map_err(|error| Error::Handshake(tls::fault(&error))),
            Err(_) => Err(Error::Handshake(Handshake::TooSlow)),
        }
    }

    /// Says our hello.
    async fn say<T: AsyncWrite + Unpin>(
        &self,
        channel: &mut T,
        connection: &Connection,
        bound: &Channel,
    ) -> Result<(), Error> {
        let speaker = Speaker { party: self.registry.us(), node: &self.node, keys: &self.keys };
        let hello = hello::write(&speaker, connection.peer(), connection.0.role, bound);
        let header = Header { kind: Type::Hello, stream: 0, payload_bytes: hello.len() };
        let body = Body::Part(Arc::new(hello), 0..header.payload_bytes);
        within(self.limits.handshake_ms, "hello", async {
            write_frame(channel, &Frame { header, body }).await?;
            channel.flush().await
        })
        .await
    }

    /// Hears and checks the peer's.
    async fn hear<T: AsyncRead + Unpin>(
        &self,
        channel: &mut T,
        connection: &Connection,
        bound: &Channel,
    ) -> Result<(), Error> {
        // The responder may first have to find out whether another connection of ours still stands.
        let wait_ms = self.limits.handshake_ms + self.limits.probe_ms;
        let hello = within(wait_ms, "hello", read_hello(channel)).await??;
        let (pin, role) = (&connection.0.pin, connection.0.role.other());
        hello::read(&hello, pin, self.registry.us(), role, bound).map(drop).map_err(Error::Rejected)
    }

    fn stands(self: &Arc<Self>, channel: TlsStream<Socket>, connection: Connection) -> Connection {
        self.counts.connected();
        let (inner, stands) = (self.clone(), connection.clone());
        tokio::spawn(async move {
            wire::run(channel, &stands.0).await;
            inner.registry.forget(&stands);
            inner.counts.disconnected(stands.closed().await.name());
        });
        connection
    }

    /// Ends what did not come to stand: whoever has found it already must hear of it.
    async fn falls(&self, channel: TlsStream<Socket>, connection: &Connection, error: Error) -> Error {
        connection.0.mux().end(error);
        self.registry.forget(connection);
        refuse(channel, error).await
    }

    fn connection(&self, pin: Pin, remote: SocketAddr, role: Role) -> Connection {
        Connection::new(pin, remote, role, self.limits.clone(), self.counts.clone())
    }
}

fn buffered(socket: TcpStream) -> Result<Socket, Error> {
    // Frames are written whole: waiting for more would only delay them.
    socket.set_nodelay(true).map_err(|error| Error::Unreachable(error.kind()))?;
    Ok(BufReader::with_capacity(READ_BUFFER_BYTES, socket))
}

/// The first frame: a hello, or the word that there will be none.
async fn read_hello<T: AsyncRead + Unpin>(channel: &mut T) -> std::io::Result<Result<Vec<u8>, Error>> {
    let mut bytes = [0; HEADER_BYTES];
    channel.read_exact(&mut bytes).await?;
    let header = match Header::read(bytes) {
        Ok(header) => header,
        Err(rejection) => return Ok(Err(Error::Rejected(rejection))),
    };
    let most = match header.kind {
        Type::Hello => HELLO_PAYLOAD_BYTES_MAX,
        Type::Close => 1,
        _ => return Ok(Err(Error::Rejected(Rejection::HelloExpected))),
    };
    if header.payload_bytes > most {
        return Ok(Err(Error::Rejected(Rejection::BadHello)));
    }
    let payload = read_payload(channel, &header).await?;
    Ok(if header.kind == Type::Close { Err(said(&payload)) } else { payload })
}

/// What a word of the end says.
fn said(payload: &Result<Vec<u8>, Error>) -> Error {
    let number = payload.as_ref().map(|payload| payload.first().copied().unwrap_or_default());
    let code =
        number.map(|number| (Code::of(number).map(Error::Closed), Rejection::of(number).map(Error::Accused)));
    match code {
        Err(error) => *error,
        Ok((code, rejection)) => code.or(rejection).unwrap_or(Error::Rejected(Rejection::UnknownCode)),
    }
}

/// Ends a channel on which no connection came to stand, and says why.
async fn refuse(mut channel: TlsStream<Socket>, error: Error) -> Error {
    let number = match error {
        Error::ClosedHere(code) => code.number(),
        Error::Rejected(rejection) => rejection.number(),
        Error::TooSlow(_) => Code::TooSlow.number(),
        _ => return error,
    };
    let header = Header { kind: Type::Close, stream: 0, payload_bytes: 1 };
    let mut body = [0; 8];
    body[0] = number;
    let frame = Frame { header, body: Body::Short(body) };
    let _ = within(LINGER_MS, "close", write_frame(&mut channel, &frame)).await;
    let (mut reader, mut writer) = tokio::io::split(channel);
    wire::linger(&mut reader, &mut writer).await;
    error
}
