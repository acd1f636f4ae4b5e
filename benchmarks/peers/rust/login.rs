// Rust's oauth2 with reqwest on rustls, one thread of tokio.
use oauth2::basic::BasicClient;
use oauth2::{
    AuthType, AuthUrl, AuthorizationCode, ClientId, ClientSecret, HttpRequest, HttpResponse, PkceCodeVerifier,
    RedirectUrl, TokenResponse, TokenUrl,
};
use std::cell::Cell;
use std::rc::Rc;
use std::time::Instant;
use tokio::sync::Semaphore;

const SUBJECT: &str = "550e8400-e29b-41d4-a716-446655440000";

/// hyper's own task puts a connection back once its answer was read: without this turn another would be opened beside it.
async fn returned() {
    tokio::task::yield_now().await;
}

struct Contestant {
    oauth: BasicClient,
    http: reqwest::Client,
    connections: Semaphore,
    userinfo: String,
}

impl Contestant {
    fn new(origin: &str, authority: &[u8], connections: usize) -> Self {
        let token_url = TokenUrl::new(format!("{origin}/oauth/token")).unwrap();
        let oauth = BasicClient::new(
            ClientId::new("benchmark-client".into()),
            Some(ClientSecret::new("client-secret-of-the-benchmark".into())),
            AuthUrl::new(format!("{origin}/authorize")).unwrap(),
            Some(token_url),
        )
        .set_auth_type(AuthType::RequestBody)
        .set_redirect_uri(RedirectUrl::new("https://app.example/callback".into()).unwrap());
        let http = reqwest::Client::builder()
            .use_rustls_tls()
            .tls_built_in_root_certs(false)
            .add_root_certificate(reqwest::Certificate::from_pem(authority).unwrap())
            .redirect(reqwest::redirect::Policy::none())
            .pool_max_idle_per_host(connections)
            .build()
            .unwrap();
        Contestant { oauth, http, connections: Semaphore::new(connections), userinfo: format!("{origin}/oauth/userinfo") }
    }

    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, reqwest::Error> {
        let _connection = self.connections.acquire().await.unwrap();
        let answer = self
            .http
            .request(request.method, request.url)
            .headers(request.headers)
            .body(request.body)
            .send()
            .await?;
        let (status_code, headers) = (answer.status(), answer.headers().clone());
        let body = answer.bytes().await?.to_vec();
        returned().await;
        Ok(HttpResponse { status_code, headers, body })
    }

    async fn log_in(&self) {
        let token = self
            .oauth
            .exchange_code(AuthorizationCode::new("SplxlOBeZQQYbYS6WxSbIA".into()))
            .set_pkce_verifier(PkceCodeVerifier::new("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".into()))
            .request_async(|request| self.send(request))
            .await
            .unwrap();
        let access = token.access_token().secret();
        let _connection = self.connections.acquire().await.unwrap();
        let answer = self.http.get(&self.userinfo).bearer_auth(access).send().await.unwrap();
        let answer = answer.error_for_status().unwrap().bytes().await.unwrap();
        returned().await;
        let who: serde_json::Value = serde_json::from_slice(&answer).unwrap();
        assert!(access.len() == 800 && who["sub"] == SUBJECT, "another answer came");
    }
}

/// Makes that many logins, and returns what each took in microseconds.
async fn run(all: &Rc<Contestant>, logins: usize, in_flight: usize) -> Vec<f32> {
    let taken = Rc::new(Cell::new(0));
    let tasks: Vec<_> = (0..in_flight)
        .map(|_| {
            let (all, taken) = (all.clone(), taken.clone());
            tokio::task::spawn_local(async move {
                let mut latencies = Vec::new();
                while taken.get() < logins {
                    taken.set(taken.get() + 1);
                    let begun = Instant::now();
                    all.log_in().await;
                    latencies.push(begun.elapsed().as_secs_f32() * 1e6);
                }
                latencies
            })
        })
        .collect();
    let mut latencies = Vec::with_capacity(logins);
    for task in tasks {
        latencies.append(&mut task.await.unwrap());
    }
    latencies
}

fn cpu_seconds() -> f64 {
    let mut used: libc::rusage = unsafe { std::mem::zeroed() };
    unsafe { libc::getrusage(libc::RUSAGE_SELF, &mut used) };
    let seconds = |time: libc::timeval| time.tv_sec as f64 + time.tv_usec as f64 / 1e6;
    seconds(used.ru_utime) + seconds(used.ru_stime)
}

fn peak_kib() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let option = |name: &str, default: &str| {
        let at = arguments.iter().position(|each| each == name);
        at.map_or(default.to_string(), |at| arguments[at + 1].clone())
    };
    let number = |name: &str, default: &str| option(name, default).parse::<usize>().unwrap();

    let mode = option("--mode", "warm");
    let door = ["warm", "cold", "resumed"].iter().position(|each| *each == mode).unwrap();
    let origin = format!("https://localhost:{}", number("--port", "18440") + door);
    let authority = std::fs::read(option("--ca", "")).unwrap();
    let (logins, warm_up) = (number("--logins", "20000"), number("--warm-up", "2000"));
    let in_flight = number("--in-flight", "64");

    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let all = Rc::new(Contestant::new(&origin, &authority, number("--connections", "64")));
    tokio::task::LocalSet::new().block_on(&runtime, async {
        run(&all, warm_up, in_flight).await;
        let (begun, cpu) = (Instant::now(), cpu_seconds());
        let mut latencies = run(&all, logins, in_flight).await;
        let (seconds, cpu) = (begun.elapsed().as_secs_f64(), cpu_seconds() - cpu);
        latencies.sort_by(f32::total_cmp);
        let percentile = |part: f64| latencies[(part * logins as f64) as usize];
        println!(
            "{}",
            serde_json::json!({
                "client": "rust", "mode": mode, "in_flight": in_flight, "threads": 1, "rate": 0, "logins": logins,
                "warm_up": warm_up, "seconds": seconds, "cpu_seconds": cpu, "p50_us": percentile(0.5),
                "p99_us": percentile(0.99), "p99_9_us": percentile(0.999), "peak_kib": peak_kib(),
            })
        );
    });
}
