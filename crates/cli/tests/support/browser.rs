//! A headless Chromium, driven through the DevTools protocol: a web socket and JSON, nothing else.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;
use tungstenite::stream::MaybeTlsStream;
use tungstenite::{Message, WebSocket};

/// The names under which it is known.
const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];

pub(crate) struct Browser {
    child: Child,
    socket: WebSocket<MaybeTlsStream<TcpStream>>,
    session: String,
    last: u64,
    /// What it told without being asked.
    events: Vec<Value>,
    /// Its profile, fresh for each.
    _folder: TempDir,
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _status = self.child.wait();
    }
}

impl Browser {
    /// Starts one; `None`, with a word on why, where none is installed.
    pub(crate) fn start() -> Option<Self> {
        let installed = |name: &&str| {
            Command::new(name)
                .arg("--version")
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status()
                .is_ok_and(|status| status.success())
        };
        let Some(name) = NAMES.iter().find(|name| installed(name)) else {
            assert!(
                std::env::var_os("SEEDBED_BROWSER_REQUIRED").is_none(),
                "no browser is installed, but one is required"
            );
            eprintln!("passed over: no browser is installed (one of {}): apt-get install chromium", NAMES.join(", "));
            return None;
        };
        let folder = tempfile::tempdir().unwrap();
        let mut child = Command::new(name)
            .args([
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
            ])
            .args([
                "--disable-component-update",
                "--disable-sync",
                "--disable-dev-shm-usage",
                "--remote-debugging-port=0",
            ])
            .arg(format!("--user-data-dir={}", folder.path().display()))
            .arg("about:blank")
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let address = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| line.strip_prefix("DevTools listening on ").map(str::to_owned))
            .expect("the browser ended before it listened");
        // What it goes on to say must be read, or it would stop when the pipe is full.
        std::thread::spawn(move || lines.for_each(drop));
        let (socket, _) = tungstenite::connect(address).unwrap();
        if let MaybeTlsStream::Plain(stream) = socket.get_ref() {
            stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        }
        let mut browser = Self { child, socket, session: String::new(), last: 0, events: Vec::new(), _folder: folder };
        let target = browser.ask("Target.createTarget", json!({"url": "about:blank"}));
        let attached = browser.ask("Target.attachToTarget", json!({"targetId": target["targetId"], "flatten": true}));
        browser.session = attached["sessionId"].as_str().unwrap().to_owned();
        for domain in ["Page.enable", "Runtime.enable", "Log.enable", "Network.enable"] {
            browser.ask(domain, json!({}));
        }
        Some(browser)
    }

    /// Asks for something and waits for the answer.
    pub(crate) fn ask(&mut self, method: &str, params: Value) -> Value {
        self.last += 1;
        let mut question = json!({"id": self.last, "method": method, "params": params});
        if !self.session.is_empty() {
            question["sessionId"] = json!(self.session);
        }
        self.socket.send(Message::text(question.to_string())).unwrap();
        loop {
            let answer = self.receive();
            if answer["id"] == json!(self.last) {
                assert!(answer["error"].is_null(), "{method}: {}", answer["error"]);
                return answer["result"].clone();
            }
            self.events.push(answer);
        }
    }

    fn receive(&mut self) -> Value {
        let message = self.socket.read().expect("the browser does not answer");
        serde_json::from_str(message.to_text().unwrap()).unwrap()
    }

    pub(crate) fn size(&mut self, width: u32, height: u32) {
        self.ask(
            "Emulation.setDeviceMetricsOverride",
            json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false}),
        );
    }

    pub(crate) fn prefer(&mut self, scheme: &str) {
        self.ask("Emulation.setEmulatedMedia", json!({"features": [{"name": "prefers-color-scheme", "value": scheme}, {"name": "prefers-reduced-motion", "value": "reduce"}]}));
    }

    /// Opens a page and waits until it has come to life.
    pub(crate) fn open(&mut self, file: &Path) {
        self.events.clear();
        self.ask("Page.navigate", json!({"url": format!("file://{}", file.display())}));
        while !self.events.iter().any(|event| event["method"] == json!("Page.loadEventFired")) {
            let event = self.receive();
            self.events.push(event);
        }
        self.settle();
    }

    /// Waits until what was asked for is drawn.
    pub(crate) fn settle(&mut self) {
        self.run("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(1))))");
    }

    /// The value of an expression in the page.
    pub(crate) fn run(&mut self, script: &str) -> Value {
        let params = json!({"expression": script, "returnByValue": true, "awaitPromise": true, "userGesture": true});
        let answer = self.ask("Runtime.evaluate", params);
        assert!(answer["exceptionDetails"].is_null(), "{script}: {}", answer["exceptionDetails"]);
        answer["result"]["value"].clone()
    }

    pub(crate) fn text(&mut self, id: &str) -> String {
        self.run(&format!("document.getElementById('{id}').textContent")).as_str().unwrap_or_default().to_owned()
    }

    /// Presses and releases a key, by its name in the DOM.
    pub(crate) fn key(&mut self, key: &str) {
        let printable = key.chars().count() == 1;
        // What the browser does itself with a key, such as closing a dialog, goes by its number.
        let number = if key == "Escape" { 27 } else { 0 };
        let mut down = json!({"type": "keyDown", "key": key, "windowsVirtualKeyCode": number});
        if printable {
            down["text"] = json!(key);
        } else if key == "Enter" {
            down["text"] = json!("\r");
        }
        self.ask("Input.dispatchKeyEvent", down);
        self.ask("Input.dispatchKeyEvent", json!({"type": "keyUp", "key": key}));
        self.settle();
    }

    pub(crate) fn write(&mut self, text: &str) {
        self.ask("Input.insertText", json!({"text": text}));
    }

    pub(crate) fn point_at(&mut self, spot: &Value) {
        self.ask("Input.dispatchMouseEvent", json!({"type": "mouseMoved", "x": spot[0], "y": spot[1]}));
        self.settle();
    }

    pub(crate) fn click(&mut self, spot: &Value) {
        for kind in ["mousePressed", "mouseReleased"] {
            self.ask(
                "Input.dispatchMouseEvent",
                json!({"type": kind, "x": spot[0], "y": spot[1], "button": "left", "buttons": 1, "clickCount": 1}),
            );
        }
        self.settle();
    }

    pub(crate) fn screenshot(&mut self, file: &Path) {
        let answer = self.ask("Page.captureScreenshot", json!({"format": "png"}));
        let bytes = data_encoding::BASE64.decode(answer["data"].as_str().unwrap().as_bytes()).unwrap();
        fs::write(file, bytes).unwrap();
    }

    /// What the page complained of since it was opened: errors, warnings, exceptions, refused requests.
    pub(crate) fn complaints(&mut self) -> Vec<String> {
        self.settle();
        let bad = |event: &&Value| match event["method"].as_str() {
            Some("Runtime.exceptionThrown" | "Log.entryAdded") => true,
            Some("Runtime.consoleAPICalled") => {
                ["error", "warning", "assert"].iter().any(|kind| event["params"]["type"] == json!(kind))
            }
            _ => false,
        };
        self.events.iter().filter(bad).map(Value::to_string).collect()
    }

    /// What it asked the network for, the page itself left out.
    pub(crate) fn requests(&mut self) -> Vec<String> {
        self.settle();
        let requests = self.events.iter().filter(|event| event["method"] == json!("Network.requestWillBeSent"));
        requests
            .filter_map(|event| event["params"]["request"]["url"].as_str())
            .filter(|url| !url.starts_with("file:"))
            .map(str::to_owned)
            .collect()
    }
}
