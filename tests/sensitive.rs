//! How well the detectors find, measured: 400 true values and more in over forty forms, and as many that only look like some, made anew from a
//! seed. At least 98 of 100 must be found, and at most 1 of 100 look-alikes told. Card numbers are made up by their check digit in ranges of test
//! numbers; credentials are random text in the forms that their makers document. docs/sensitive.md tells the result.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr, missing_docs, reason = "a test's failure is its message")]

use data_encoding::{BASE64, HEXLOWER};
use kassay_core::sensitive::{Examiner, FingerprintKey, Place};
use std::io::Write;

/// A small generator of numbers: the same ones in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides as u64) as usize
    }

    fn of(&mut self, alphabet: &str, length: usize) -> String {
        let letters: Vec<char> = alphabet.chars().collect();
        (0..length).map(|_| letters[self.roll(letters.len())]).collect()
    }

    fn digits(&mut self, length: usize) -> String {
        self.of("0123456789", length)
    }

    fn hex(&mut self, length: usize) -> String {
        self.of("0123456789abcdef", length)
    }

    fn alnum(&mut self, length: usize) -> String {
        self.of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", length)
    }

    fn pick<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list[self.roll(list.len())]
    }

    /// Words, numbers and signs as people make passwords of them.
    fn password(&mut self) -> String {
        let word = self.pick(&["Winter", "Tr0ub4dor", "s3cret", "Hunter", "qwerty", "Sommer", "dragon", "Blu3sky"]);
        let sign = self.pick(&["!", "$", "#", "~", "(", "%", "^", "*", "-", "_", ""]);
        let number = self.digits(3);
        match self.roll(3) {
            0 => format!("{sign}{word}{number}x"),
            1 => format!("{word}{number}{sign}"),
            _ => format!("{number}{word}{sign}q"),
        }
    }

    /// A password without signs that mean something to a shell or an address.
    fn plain(&mut self) -> String {
        format!("{}{}", self.pick(&["Winter", "Tr0ub4dor", "s3cret", "Hunter", "qwerty"]), self.digits(4))
    }

    /// A number with its check digit, in a range of a scheme.
    fn card(&mut self) -> String {
        let (start, length) = [("411111", 16), ("555555", 16), ("222300", 16), ("601100", 16), ("4", 13)][self.roll(5)];
        self.numbered(start, length)
    }

    fn numbered(&mut self, start: &str, length: usize) -> String {
        let mut number = format!("{start}{}", self.digits(length - start.len() - 1));
        number.push(check_digit(&number));
        number
    }

    fn sixteen(&mut self) -> String {
        let start = self.pick(&["411111", "555555", "222300", "601100"]);
        self.numbered(start, 16)
    }

    fn uuid(&mut self) -> String {
        [8, 4, 4, 4, 12].map(|length| self.hex(length)).join("-")
    }
}

fn check_digit(number: &str) -> char {
    let sum: u32 = number
        .bytes()
        .rev()
        .enumerate()
        .map(|(i, b)| {
            let d = u32::from(b - b'0');
            if i % 2 == 0 { if d > 4 { d * 2 - 9 } else { d * 2 } } else { d }
        })
        .sum();
    char::from_digit((10 - sum % 10) % 10, 10).unwrap()
}

fn groups(number: &str, lengths: &[usize], separator: &str) -> String {
    let mut at = 0;
    let parts: Vec<&str> = lengths
        .iter()
        .map(|length| {
            at += length;
            &number[at - length..at]
        })
        .collect();
    parts.join(separator)
}

fn gzip(text: &str) -> String {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(6));
    packed.write_all(text.as_bytes()).unwrap();
    BASE64.encode(&packed.finish().unwrap())
}

/// Name, value, and what must not be left of it.
type Made = (String, String, String);

fn made(name: &str, value: impl Into<String>, secret: impl Into<String>) -> Made {
    (name.to_owned(), value.into(), secret.into())
}

/// A form with its name in the report of a failure.
type Form = (&'static str, fn(&mut Dice) -> Made);

const CARDS: &[Form] = &[
    ("alone", |d| {
        let c = d.card();
        made("note", c.clone(), c)
    }),
    ("in a sentence", |d| {
        let c = d.card();
        made("note", format!("test card {c}, expires 12/29"), c)
    }),
    ("spaces", |d| {
        let c = groups(&d.sixteen(), &[4, 4, 4, 4], " ");
        made("note", format!("pan {c} ok"), c)
    }),
    ("dashes", |d| {
        let c = groups(&d.sixteen(), &[4, 4, 4, 4], "-");
        made("note", c.clone(), c)
    }),
    ("points", |d| {
        let c = groups(&d.sixteen(), &[4, 4, 4, 4], ".");
        made("note", c.clone(), c)
    }),
    ("no-break spaces", |d| {
        let c = groups(&d.sixteen(), &[4, 4, 4, 4], "\u{a0}");
        made("note", c.clone(), c)
    }),
    ("American Express", |d| {
        let c = groups(&d.numbered("37", 15), &[4, 6, 5], " ");
        made("note", c.clone(), c)
    }),
    ("track 1", |d| {
        let c = d.sixteen();
        made("swipe", format!("%B{c}^DOE/JANE^2912101{}?", d.digits(12)), c)
    }),
    ("track 2", |d| {
        let c = d.sixteen();
        made("swipe", format!(";{c}=2912101{}?", d.digits(10)), c)
    }),
    ("track 2 of a chip", |d| {
        let c = d.sixteen();
        made("tag", format!("{c}D2912101{}F", d.digits(10)), c)
    }),
    ("ISO 8583", |d| {
        let c = d.sixteen();
        made("message", format!("0100723405810886000016{c}{}", d.digits(12)), c)
    }),
    ("field of ISO 8583", |d| {
        let c = d.sixteen();
        made("message", format!("MTI=0200;DE2={c};DE3=000000"), c)
    }),
    ("behind pan_", |d| {
        let c = d.sixteen();
        made("note", format!("pan_{c}"), c)
    }),
    ("before a currency", |d| {
        let c = d.sixteen();
        made("note", format!("{c}{}", d.pick(&["USD", "EUR", "HUF"])), c)
    }),
    ("in a name", |d| {
        let c = d.sixteen();
        made("name", format!("refund-{c}-{}", d.hex(5)), c)
    }),
    ("in a path", |d| {
        let c = d.sixteen();
        made("path", format!("/cards/{c}/limits"), c)
    }),
    ("in a tag", |d| {
        let c = d.sixteen();
        made("image", format!("registry.acme.example/pay:{c}"), c)
    }),
    ("base64", |d| {
        let c = d.sixteen();
        let v = BASE64.encode(format!("pan\n{c}\n").as_bytes());
        made("cards.csv", v.clone(), v)
    }),
    ("gzip in base64", |d| {
        let c = d.sixteen();
        let v = gzip(&format!("id,pan\n1,{c}\n"));
        made("cards.gz", v.clone(), v)
    }),
    ("hexadecimal", |d| {
        let v = HEXLOWER.encode(d.sixteen().as_bytes());
        made("blob", v.clone(), v)
    }),
    ("JSON", |d| {
        let c = d.sixteen();
        made("event", format!("{{\"card\":{{\"number\":{c},\"cvv\":\"x\"}}}}"), c)
    }),
    ("CSV", |d| {
        let c = d.sixteen();
        made("rows", format!("7,{c},Jane\n8,n/a,Joe\n"), c)
    }),
    ("Maestro", |d| {
        let n = 12 + d.roll(8);
        let c = d.numbered("5018", n);
        made("pan", c.clone(), c)
    }),
    ("JCB, UnionPay, Mir", |d| {
        let s = d.pick(&["3530", "6200", "2200"]);
        let c = d.numbered(s, 16);
        made("pan", c.clone(), c)
    }),
    ("RuPay, Elo, Hipercard, Troy", |d| {
        let s = d.pick(&["6074", "636368", "606282", "9792"]);
        let c = d.numbered(s, 16);
        made("pan", c.clone(), c)
    }),
    ("Diners Club", |d| {
        let s = d.pick(&["36", "300", "38"]);
        let c = d.numbered(s, 14);
        made("pan", c.clone(), c)
    }),
    ("tabs, slashes, colons, two spaces", |d| {
        let separator = d.pick(&["\t", "/", ":", "  "]);
        let c = groups(&d.sixteen(), &[4, 4, 4, 4], separator);
        made("note", format!("card {c}"), c)
    }),
    ("what is not seen between digits", |d| {
        let unseen = d.pick(&["\u{ad}", "\u{200b}", "\u{2060}", "\u{feff}"]);
        let c = groups(&d.sixteen(), &[4, 4, 4, 4], unseen);
        made("note", c.clone(), c)
    }),
    ("filled up with zeros", |d| {
        let c = d.sixteen();
        made("field", format!("000{c}"), c)
    }),
    ("tag of a chip", |d| {
        let c = d.sixteen();
        made("tlv", format!("5A08{c}5F3401005F24032712319F2701{}", d.hex(2)), c)
    }),
    ("tag of a chip behind others", |d| {
        let c = d.sixteen();
        made("tlv", format!("6F1A840E5a08{c}5f2403271231"), c)
    }),
    ("tag of a chip in bytes", |d| {
        let c = groups(&d.sixteen(), &[2; 8], " ");
        made("dump", format!("84 07 A0 00 00 00 03 10 10 5A 08 {c} 5F 24 03"), c)
    }),
    ("track in a tag", |d| {
        let c = d.sixteen();
        made("tlv", format!("5F3401015713{c}D2912101{}F", d.digits(13)), c)
    }),
];

const CREDENTIALS: &[Form] = &[
    ("abbreviated names", |d| {
        let p = d.password();
        made(d.pick(&["DB_PW", "DB_PWD", "PGPASS", "MYSQL_PSW", "ADMIN_PSWD", "SMTP_PASSWD", "pwd", "RootPass"]), p.clone(), p)
    }),
    ("passwords of services", |d| {
        let p = d.password();
        made(
            d.pick(&["REGISTRY_PULL_PASSWORD", "NO_REPLY_MAIL_PASSWORD", "MAX_DB_PASSWORD", "use_password", "spring.mail.password"]),
            p.clone(),
            p,
        )
    }),
    ("auth", |d| {
        let p = format!("Sup3r{}", d.alnum(12));
        made(d.pick(&["REDIS_AUTH", "VALKEY_AUTH", "MASTER_AUTH"]), p.clone(), p)
    }),
    ("phrases", |d| {
        let p = format!("correct {} battery {}", d.pick(&["horse", "mule"]), d.pick(&["staple", "clip"]));
        made("KEY_PASSPHRASE", p.clone(), p)
    }),
    ("words that are passwords", |d| {
        let p = d.pick(&["default", "changeme", "letmein", "postgres", "secret"]);
        made("SMTP_PASSWORD", p, p)
    }),
    ("annotation", |d| {
        let p = d.password();
        made("acme.example/db-password", p.clone(), p)
    }),
    ("tokens by name", |d| {
        let p = d.alnum(24);
        made(d.pick(&["API_TOKEN", "clientSecret", "x-api-key", "ACCESS_KEY", "webhook-token"]), p.clone(), p)
    }),
    ("flag with a sign", |d| {
        let p = d.plain();
        made("", format!("--requirepass={p}"), p)
    }),
    ("flag in a script", |d| {
        let p = d.plain();
        made("run.sh", format!("#!/bin/sh\nserver --user pay --password {p} --port 1\n"), p)
    }),
    ("flag in a list", |d| {
        let p = d.plain();
        made("args", format!("[\"--port\",\"1\",\"--db-password\",\"{p}\"]"), p)
    }),
    ("mysql", |d| {
        let p = d.plain();
        made("", format!("mysqldump -h db -u root -p{p} pay"), p)
    }),
    ("curl", |d| {
        let p = d.plain();
        made("", format!("curl -fsS -u admin:{p} https://api.acme.example/"), p)
    }),
    ("redis-cli", |d| {
        let p = d.plain();
        made("", format!("redis-cli -h cache -a {p} ping"), p)
    }),
    ("sshpass", |d| {
        let p = d.plain();
        made("", format!("sshpass -p '{p}' ssh root@db"), p)
    }),
    ("export", |d| {
        let p = d.plain();
        made("", format!("set -e; export PASSWORD={p}; exec app"), p)
    }),
    ("default of a variable", |d| {
        let p = d.plain();
        made("start.sh", format!("PGPORT=1\nDB=\"${{DB_PASSWORD:-{p}}}\"\n"), p)
    }),
    ("bearer", |d| {
        let p = d.alnum(32);
        made("snippet", format!("proxy_set_header Authorization \"Bearer {p}\";"), p)
    }),
    ("basic", |d| {
        let p = BASE64.encode(format!("bob:{}", d.plain()).as_bytes());
        made("header", format!("Authorization: Basic {p}"), p)
    }),
    ("SQL Server", |d| {
        let p = d.plain();
        made("url", format!("jdbc:sqlserver://db:1433;user=sa;{}={p};encrypt=true", d.pick(&["password", "pwd"])), p)
    }),
    ("ADO", |d| {
        let p = d.plain();
        made("conn", format!("Server=db;Uid=pay;Pwd={p};Database=x"), p)
    }),
    ("Oracle", |d| {
        let p = d.plain();
        made("url", format!("jdbc:oracle:thin:pay/{p}@//db:1521/XE"), p)
    }),
    ("PostgreSQL", |d| {
        let p = d.plain();
        made("DATABASE_URL", format!("postgres://pay:{p}@db:5432/pay"), p)
    }),
    ("AMQP and MongoDB", |d| {
        let p = d.plain();
        made("broker", format!("{}://u:{p}@mq/v", d.pick(&["amqp", "mongodb+srv", "redis"])), p)
    }),
    ("image reference", |d| {
        let p = d.plain();
        made("image", format!("bob:{p}@registry.acme.example/pay:1"), p)
    }),
    ("web address", |d| {
        let p = d.plain();
        made("proxy", format!("http://bob:{p}@proxy.acme.example:3128"), p)
    }),
    ("query", |d| {
        let p = d.alnum(24);
        made("url", format!("https://hooks.acme.example/in?id=1&{}={p}", d.pick(&["token", "access_token", "api_key"])), p)
    }),
    ("htpasswd", |d| {
        let h = format!("$apr1${}${}", d.alnum(8), d.alnum(22));
        made("auth", format!("bob:{h}\n"), h)
    }),
    ("bcrypt", |d| {
        let h = format!("$2b$12${}", d.alnum(53));
        made("users", format!("admin:{h}"), h)
    }),
    ("kubeconfig", |d| {
        let p = d.alnum(30);
        made("config", format!("apiVersion: v1\nkind: Config\nclusters: []\ncontexts: []\nusers:\n- name: a\n  user:\n    token: {p}\n"), p)
    }),
    ("Docker", |d| {
        let p = BASE64.encode(format!("bob:{}", d.plain()).as_bytes());
        made(".dockerconfigjson", format!("{{\"auths\":{{\"r.acme.example\":{{\"auth\":\"{p}\"}}}}}}"), p)
    }),
    ("netrc", |d| {
        let p = d.plain();
        made(".netrc", format!("machine git.acme.example login bob password {p}\n"), p)
    }),
    ("redis.conf", |d| {
        let p = d.plain();
        made("redis.conf", format!("port 6379\n{} {p}\n", d.pick(&["requirepass", "masterauth"])), p)
    }),
    ("SQL", |d| {
        let p = d.password();
        made("init.sql", format!("CREATE USER pay IDENTIFIED BY '{p}';\n"), p)
    }),
    ("compact JSON", |d| {
        let p = d.plain();
        made("app.json", format!("{{\"db\":{{\"user\":\"pay\",\"password\":\"{p}\"}}}}"), p)
    }),
    ("JSON in JSON", |d| {
        let p = d.plain();
        made("app.json", format!("{{\"spec\":\"{{\\\"db\\\":{{\\\"password\\\":\\\"{p}\\\"}}}}\"}}"), p)
    }),
    ("list of variables", |d| {
        let p = d.plain();
        made("env.json", format!("[{{\"name\":\"DB_PASSWORD\",\"value\":\"{p}\"}},{{\"name\":\"A\",\"value\":\"b\"}}]"), p)
    }),
    ("YAML", |d| {
        let p = d.password();
        made("app.yaml", format!("db:\n  user: pay\n  password: \"{p}\"\n  port: 1\n"), p)
    }),
    ("flow YAML", |d| {
        let p = d.plain();
        made("app.yaml", format!("db: {{user: pay, password: {p}, port: 1}}\n"), p)
    }),
    ("block of YAML", |d| {
        let p = d.plain();
        made("app.yaml", format!("smtp:\n  password: |\n    {p}\n  port: 25\n"), p)
    }),
    ("TOML", |d| {
        let p = d.plain();
        made("app.toml", format!("[db]\nuser = \"pay\"\npassword = \"{p}\"\n"), p)
    }),
    ("properties", |d| {
        let p = d.plain();
        made("application.properties", format!("server.port=1\nspring.datasource.password={p}\n"), p)
    }),
    ("Java", |d| {
        let p = d.plain();
        made("", format!("-Djavax.net.ssl.keyStorePassword={p}"), p)
    }),
    ("XML", |d| {
        let p = d.plain();
        made("settings.xml", format!("<server><username>bob</username><password>{p}</password></server>"), p)
    }),
    ("attributes of XML", |d| {
        let p = d.plain();
        made("ds.xml", format!("<property name=\"password\" value=\"{p}\"/>"), p)
    }),
    ("settings in base64", |d| {
        let p = BASE64.encode(format!("user=pay\npassword={}\n", d.plain()).as_bytes());
        made("blob", p.clone(), p)
    }),
    ("settings in gzip", |d| {
        let p = gzip(&format!("user=pay\npassword={}\n", d.plain()));
        made("release", p.clone(), p)
    }),
    ("private key", |d| {
        let p = d.alnum(64);
        made("note", format!("-----BEGIN RSA PRIVATE KEY-----\n{p}\n-----END RSA PRIVATE KEY-----"), p)
    }),
    ("private key in base64", |d| {
        let p = BASE64.encode(format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", d.alnum(64)).as_bytes());
        made("k", p.clone(), p)
    }),
    ("JWT", |d| {
        let p = format!("eyJhbGciOiJIUzI1NiJ9.eyJ{}.{}", d.alnum(20), d.alnum(43));
        made("h", p.clone(), p)
    }),
    ("AWS", |d| {
        let p = format!("AKIA{}", d.of("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16));
        made("id", p.clone(), p)
    }),
    ("Google", |d| {
        let p = format!("AIza{}", d.alnum(35));
        made("k", p.clone(), p)
    }),
    ("Azure", |d| {
        let p = BASE64.encode(d.alnum(64).as_bytes());
        made("c", format!("DefaultEndpointsProtocol=https;AccountName=p;AccountKey={p};"), p)
    }),
    ("GitHub", |d| {
        let p = format!("ghp_{}", d.alnum(36));
        made("x", p.clone(), p)
    }),
    ("GitLab", |d| {
        let p = format!("glpat-{}", d.alnum(20));
        made("x", p.clone(), p)
    }),
    ("Slack", |d| {
        let p = format!("xoxb-{}-{}", d.digits(12), d.alnum(24));
        made("x", p.clone(), p)
    }),
    ("Stripe", |d| {
        let p = format!("sk_{}_{}", "live", d.alnum(24));
        made("x", p.clone(), p)
    }),
    ("OpenAI", |d| {
        let p = format!("sk-proj-{}", d.alnum(48));
        made("x", p.clone(), p)
    }),
    ("Anthropic", |d| {
        let p = format!("sk-ant-api03-{}", d.alnum(93));
        made("x", p.clone(), p)
    }),
    ("DigitalOcean", |d| {
        let p = format!("dop_v1_{}", d.hex(64));
        made("x", p.clone(), p)
    }),
    ("Hugging Face", |d| {
        let p = format!("hf_{}", d.alnum(34));
        made("x", p.clone(), p)
    }),
    ("Telegram", |d| {
        let p = format!("{}:AA{}", d.digits(10), d.alnum(33));
        made("x", p.clone(), p)
    }),
    ("Discord", |d| {
        let p = format!("M{}.{}.{}", d.alnum(25), d.alnum(6), d.alnum(38));
        made("x", p.clone(), p)
    }),
    ("age", |d| {
        let p = format!("AGE-SECRET-KEY-1{}", d.of("QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L", 58));
        made("x", p.clone(), p)
    }),
    ("Heroku", |d| {
        let p = format!("HRKU-{}", d.uuid());
        made("x", p.clone(), p)
    }),
    ("New Relic", |d| {
        let p = format!("NRAK-{}", d.of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", 27));
        made("x", p.clone(), p)
    }),
    ("npm and PyPI", |d| {
        let p = if d.roll(2) == 0 { format!("npm_{}", d.alnum(36)) } else { format!("pypi-AgEIcHlwaS5vcmc{}", d.alnum(60)) };
        made("x", p.clone(), p)
    }),
    ("SendGrid", |d| {
        let p = format!("SG.{}.{}", d.alnum(22), d.alnum(43));
        made("x", p.clone(), p)
    }),
    ("Twilio", |d| {
        let p = format!("SK{}", d.hex(32));
        made("x", p.clone(), p)
    }),
    ("Vault", |d| {
        let p = format!("hvs.{}", d.alnum(24));
        made("x", p.clone(), p)
    }),
    ("private part of a JSON web key", |d| {
        let (x, p) = (d.alnum(43), d.alnum(43));
        let form = d.pick(&[
            "{\"kty\":\"EC\",\"x\":\"<x>\",\"d\":\"<d>\"}",
            "{\"keys\": [{\"k\": \"<d>\", \"kty\": \"oct\"}]}",
            "kty: OKP\nx: <x>\nd: <d>\n",
        ]);
        made("jwk.json", form.replace("<x>", &x).replace("<d>", &p), p)
    }),
    ("password of two lines", |d| {
        let p = format!("{}\n{}", d.plain(), d.plain());
        made("DB_PASSWORD", p.clone(), p)
    }),
    ("password that is filled in in part", |d| {
        let p = d.plain();
        let open = d.pick(&["$(PREFIX)", "${ENVIRONMENT}-", "{{ .Values.prefix }}"]);
        made("DB_PASSWORD", format!("{open}{p}"), p)
    }),
    ("names in other languages", |d| {
        let p = d.password();
        made(d.pick(&["CLAVE_DB", "DB_MOT_DE_PASSE", "MDP", "WIFI_PSK", "claveAdmin", "senha_db"]), p.clone(), p)
    }),
    ("cookie of Erlang", |d| {
        let p = d.of("ABCDEFGHIJKLMNOPQRSTUVWXYZ", 20);
        made(d.pick(&["RABBITMQ_ERLANG_COOKIE", ".erlang.cookie", "ERLANG_COOKIE"]), p.clone(), p)
    }),
    ("keys of payment networks", |d| {
        let p = d.of("0123456789ABCDEF", 32);
        made(d.pick(&["ZMK_COMPONENT", "LMK", "ZPK_CLEAR", "TMK_1", "bdk"]), p.clone(), p)
    }),
    ("PINs", |d| {
        let n = 4 + d.roll(5);
        let p = d.digits(n);
        made(d.pick(&["HSM_PIN", "TERMINAL_PIN", "unlock-pin", "PIN"]), p.clone(), p)
    }),
    ("passwords by their place", |d| {
        let p = d.plain();
        let line = d.pick(&[
            "rabbitmqctl add_user bob P",
            "htpasswd -cb /etc/nginx/users bob P",
            "htpasswd -nbB bob P",
            "mc alias set store http://minio:9000 admin P",
            "mosquitto_passwd -b /etc/mosquitto/users bob P",
        ]);
        made("start.sh", line.replace('P', &p), p)
    }),
];

/// Labels and selectors.
const LABELS: &[Form] = &[
    ("tokens", |d| {
        let p = format!("{}7x{}", d.pick(&["zebraQuilt", "Winter", "tokenOfBob"]), d.digits(1));
        made(d.pick(&["token", "api-token", "api_key", "acme.example/access-key", "secret"]), p.clone(), p)
    }),
    ("random tokens", |d| {
        let p = d.alnum(24);
        made(d.pick(&["token", "api-key", "client-secret"]), p.clone(), p)
    }),
    ("small letters and numbers", |d| {
        let p = format!("{}k{}z{}", d.digits(3), d.digits(3), d.digits(3));
        made(d.pick(&["token", "api-key"]), p.clone(), p)
    }),
    ("passwords", |d| {
        let p = d.plain();
        made(d.pick(&["password", "db-password", "acme.example/db-pw", "db_pass"]), p.clone(), p)
    }),
];

/// Labels that only stand near a secret.
const LABEL_LOOK_ALIKES: &[Form] = &[
    ("states", |d| {
        let name = d.pick(&["token", "api-token", "secret", "password", "auth", "acme.example/secret-rotation"]);
        made(name, d.pick(&["enabled", "true", "false", "none", "required", "rotated", "managed", "vault", "active"]), "")
    }),
    ("names", |d| {
        let name = d.pick(&["token", "secret", "password", "api-key", "secret-owner"]);
        made(name, format!("{}-{}", d.pick(&["db", "shop", "web"]), d.pick(&["credentials", "token", "password-v2", "secret"])), "")
    }),
    ("versions and dates", |d| {
        made(d.pick(&["token", "secret", "legacy-token-invalid-since"]), d.pick(&["v2", "v1.2.3", "2026-11-29", "20261129", "4"]), "")
    }),
    ("labels of Kubernetes", |d| {
        let name =
            d.pick(&["pod-template-hash", "controller-revision-hash", "app.kubernetes.io/name", "app.kubernetes.io/instance", "key"]);
        made(name, format!("{}-{}", d.pick(&["web", "token-service"]), d.of("bcdfghjklmnpqrstvwxz2456789", 10)), "")
    }),
    ("objects with made up ends", |d| {
        made(d.pick(&["token", "secret"]), format!("web-token-{}", d.of("bcdfghjklmnpqrstvwxz2456789", 5)), "")
    }),
];

/// What only looks like one.
const LOOK_ALIKES: &[Form] = &[
    ("number with a wrong check digit", |d| {
        let mut c = d.sixteen();
        let last = c.pop().unwrap().to_digit(10).unwrap();
        c.push(char::from_digit((last + 1 + d.roll(8) as u32) % 10, 10).unwrap());
        made("pan", c, "")
    }),
    ("card-<number>", |d| {
        let mut c = d.sixteen();
        let last = c.pop().unwrap().to_digit(10).unwrap();
        c.push(char::from_digit((last + 3) % 10, 10).unwrap());
        made("name", format!("card-{c}"), "")
    }),
    ("time in nanoseconds", |d| made("at", format!("17638{}", d.digits(14)), "")),
    ("time in milliseconds", |d| made("at", format!("17638{}", d.digits(8)), "")),
    ("decimal", |d| made("ratio", format!("0.{}", d.sixteen()), "")),
    ("digest", |d| made("image", format!("registry.acme.example/pay@sha256:{}", d.hex(64)), "")),
    ("digest alone", |d| made("checksum/secret", d.hex(64), "")),
    ("UUID", |d| made("id", d.uuid(), "")),
    ("UUID under a user", |d| made("USER_ID", d.uuid(), "")),
    ("UUID of digits", |d| made("id", [8, 4, 4, 4, 12].map(|n| d.digits(n)).join("-"), "")),
    ("account number of AWS", |d| made("role", format!("arn:aws:iam::{}:role/pay-secrets", d.digits(12)), "")),
    ("ARN of a secret", |d| made("DB_PASSWORD", format!("arn:aws:secretsmanager:eu-west-1:{}:secret:db-{}", d.digits(12), d.alnum(6)), "")),
    ("variable", |d| {
        made(
            "DB_PASSWORD",
            d.pick(&["$(DB_PASSWORD)", "${DB_PASSWORD}", "$DB_PASSWORD", "{{ .Values.password }}", "%DB_PASSWORD%", "$db_password"]),
            "",
        )
    }),
    ("path", |d| made("DB_PASSWORD", format!("/run/secrets/{}/password", d.hex(4)), "")),
    ("file", |d| made("PASSWORD_FILE", format!("/etc/{}/pw", d.hex(4)), "")),
    ("name of a Secret", |d| made("SECRET_NAME", format!("{}-credentials", d.pick(&["db", "smtp", "shop"])), "")),
    ("name in a manifest", |d| made("secret", format!("{}-admin-credentials", d.pick(&["grafana", "db", "shop"])), "")),
    ("boolean", |d| {
        made(
            d.pick(&["ENABLE_PASSWORD_AUTH", "REQUIRE_PASSWORD", "automountServiceAccountToken", "USE_TOKEN", "password"]),
            d.pick(&["true", "false", "yes", "no"]),
            "",
        )
    }),
    ("duration", |d| made(d.pick(&["TOKEN_TTL", "token", "secret"]), d.pick(&["3600", "15m", "24h", "90d", "30s"]), "")),
    ("length", |d| made(d.pick(&["PASSWORD_MIN_LENGTH", "MAX_TOKENS", "password.length"]), d.pick(&["8", "12", "4096"]), "")),
    ("placeholder", |d| {
        made(
            "password",
            d.pick(&["<password>", "********", "your-password-here", "REPLACE_ME", "REDACTED", "xxxxxxxx", "{{password}}"]),
            "",
        )
    }),
    ("vault", |d| made("DB_PASSWORD", format!("vault:secret/data/{}#password", d.pick(&["db", "app"])), "")),
    ("annotation of the injector", |d| {
        made("vault.hashicorp.com/agent-inject-secret-db", format!("secret/data/{}", d.pick(&["db", "app"])), "")
    }),
    ("address of a token service", |d| made("TOKEN_URL", format!("https://login.acme.example/{}/oauth2/token", d.uuid()), "")),
    ("address without a password", |d| made("DATABASE_URL", format!("postgres://pay@db-{}:5432/pay", d.digits(2)), "")),
    ("address with a variable", |d| {
        made(
            "DATABASE_URL",
            d.pick(&["postgres://pay:$(PW)@db/pay", "postgres://pay:${PW}@db/pay", "amqp://u:{{ pw }}@mq", "redis://:<password>@r"]),
            "",
        )
    }),
    ("public key", |d| made("PUBLIC_KEY", format!("MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE{}", d.alnum(60)), "")),
    ("certificate", |d| made("ca.crt", format!("-----BEGIN CERTIFICATE-----\nMIIB{}\n-----END CERTIFICATE-----\n", d.alnum(60)), "")),
    ("key of an SSH host", |d| made("known_hosts", format!("git.acme.example ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA{}", d.alnum(40)), "")),
    ("caption", |d| {
        made("login.password", d.pick(&["Password", "Password:", "Please enter your password", "Passwort", "Forgot your password?"]), "")
    }),
    ("rule for passwords", |d| made("PASSWORD_POLICY", d.pick(&["strong", "nist", "at least twelve characters"]), "")),
    ("prose", |d| {
        made(
            "message",
            format!(
                "validation error: {} must not be empty, rule {} failed",
                d.pick(&["password", "token", "secret"]),
                d.pick(&["require-password", "check-token"])
            ),
            "",
        )
    }),
    ("prose with a colon", |d| made("message", d.pick(&["password: must be set", "token: is required", "the secret: not found"]), "")),
    ("code", |d| {
        made(
            "app.py",
            d.pick(&[
                "password = os.getenv(\"DB_PASSWORD\")\n",
                "token = request.headers[\"X\"]\n",
                "secret = config.secret\n",
                "if token == None:\n  pass\n",
            ]),
            "",
        )
    }),
    ("nginx", |d| {
        made(
            "nginx.conf",
            d.pick(&[
                "location / {\n  proxy_pass http://app:8080;\n  proxy_set_header X-Token $http_token;\n}\n",
                "auth_basic_user_file /etc/nginx/htpasswd;\n",
            ]),
            "",
        )
    }),
    ("manifest", |d| {
        made(
            "pod.yaml",
            d.pick(&[
                "env:\n- name: DB_PASSWORD\n  valueFrom:\n    secretKeyRef:\n      name: db\n      key: password\n",
                "imagePullSecrets: [{name: regcred}]\nautomountServiceAccountToken: false\n",
                "volumes:\n- name: tls\n  secret:\n    secretName: shop-tls\n",
            ]),
            "",
        )
    }),
    ("role", |d| {
        made(
            "role.yaml",
            d.pick(&[
                "rules:\n- resources: [secrets, serviceaccounts/token]\n  verbs: [get]\n",
                "rules:\n- resources: [\"secrets\"]\n  resourceNames: [\"db-password\"]\n",
            ]),
            "",
        )
    }),
    ("external secret", |d| {
        made(
            "es.yaml",
            format!(
                "spec:\n  data:\n  - secretKey: password\n    remoteRef:\n      key: prod/{}\n      property: password\n",
                d.pick(&["db", "app"])
            ),
            "",
        )
    }),
    ("kubeconfig without a credential", |_| {
        made(
            "config",
            "clusters: []\ncontexts: []\nusers:\n- name: a\n  user:\n    tokenFile: /var/run/secrets/kubernetes.io/serviceaccount/token\n",
            "",
        )
    }),
    ("flag to a file", |d| {
        made(
            "",
            format!(
                "--{}=/etc/kubernetes/pki/sa.key",
                d.pick(&["service-account-signing-key-file", "tls-private-key-file", "token-auth-file"])
            ),
            "",
        )
    }),
    ("mysql that asks", |d| {
        made(
            "",
            d.pick(&[
                "mysql -h db -u root -p",
                "mysql -P 3306 -h db",
                "redis-cli -a $REDIS_AUTH ping",
                "curl -u $USER:$PASS https://a.example",
            ]),
            "",
        )
    }),
    ("image with a port", |d| made("image", format!("registry.acme.example:5000/pay:1.{}@sha256:{}", d.digits(2), d.hex(64)), "")),
    ("version", |d| made("version", format!("v1.{}.{}-gke.{}", d.digits(2), d.digits(1), d.digits(7)), "")),
    ("bearer in prose", |d| {
        made(
            "doc",
            d.pick(&[
                "Use bearer authentication with tokens",
                "bearer: token",
                "Authorization: Bearer <token>",
                "Authorization: Bearer ${TOKEN}",
            ]),
            "",
        )
    }),
    ("address of e-mail", |d| made("contact", format!("mailto:ops{}@acme.example", d.digits(2)), "")),
    ("repository", |d| made("repo", format!("git@git.acme.example:pay/app-{}.git", d.digits(2)), "")),
    ("text in base64", |d| {
        made("motd", BASE64.encode(format!("Welcome to cluster {}, nothing to see here.\n", d.digits(3)).as_bytes()), "")
    }),
    ("random bytes in base64", |d| {
        let bytes: Vec<u8> = (0..48).map(|_| d.roll(256) as u8).collect();
        made("bundle", BASE64.encode(&bytes), "")
    }),
    ("order of a list", |d| made("sort", format!("CACHE_KEY=users-by-{}", d.pick(&["country", "name", "age"])), "")),
    ("kind of login", |d| {
        made(
            d.pick(&["AUTH_TYPE", "API_AUTH", "TOKEN_TYPE", "PROXY_AUTH"]),
            d.pick(&["basic", "oauth2", "bearer", "none", "kubernetes"]),
            "",
        )
    }),
    ("public keys by name", |d| {
        let name =
            d.pick(&["RECAPTCHA_SITE_KEY", "HCAPTCHA_SITE_KEY", "STRIPE_PUBLISHABLE_KEY", "VAPID_PUBLIC_KEY", "STRIPE_PUBLIC_API_KEY"]);
        made(name, d.alnum(40), "")
    }),
    ("public keys by form", |d| {
        let start = d.pick(&["pk_live_", "pk_test_", "phc_"]);
        made(d.pick(&["STRIPE_KEY", "STRIPE_API_KEY", "ANALYTICS_TOKEN"]), format!("{start}{}", d.alnum(30)), "")
    }),
    ("address for errors", |d| made("SENTRY_DSN", format!("https://{}@o42.ingest.sentry.acme.example/{}", d.hex(32), d.digits(6)), "")),
    ("public JSON web key", |d| {
        made(
            "jwks.json",
            format!("{{\"keys\":[{{\"kty\":\"EC\",\"kid\":\"{}\",\"x\":\"{}\",\"y\":\"{}\"}}]}}", d.hex(20), d.alnum(43), d.alnum(43)),
            "",
        )
    }),
    ("what is filled in", |d| {
        made(
            "DB_PASSWORD",
            d.pick(&[
                "$(PREFIX)-$(SUFFIX)",
                "${USER}_password",
                "{{ .Values.db.password2 }}",
                "$(cat /run/secrets/db2)",
                "prod-{{ name }}",
            ]),
            "",
        )
    }),
    ("pins of a board", |d| made(d.pick(&["GPIO_PIN", "LED_PIN", "RESET_PIN"]), d.digits(2), "")),
    ("words with a pin in them", |d| made(d.pick(&["PING_PORT", "MAPPING", "PINNED_VERSION", "SPIN_LOCK_MS"]), d.digits(5), "")),
    ("sealed", |d| made("password", format!("AgB{}", d.alnum(600)), "")),
    ("columns of numbers", |d| {
        let separator = d.pick(&["\t", "  ", ":", "/"]);
        let row: Vec<String> = (0..6).map(|_| format!("4{}", d.digits(3))).collect();
        made("table", row.join(separator), "")
    }),
    ("address of IPv6", |d| {
        made("ip", format!("2a0{}:{}:{}:{}:{}::{}", d.digits(1), d.digits(4), d.digits(4), d.digits(4), d.digits(4), d.digits(1)), "")
    }),
    ("other tags of a chip", |d| made("tlv", format!("9F0206{}9F3602{}5F2A020978", d.digits(12), d.hex(4)), "")),
    ("number filled up with zeros", |d| made("order", format!("000000000{}", d.digits(10)), "")),
    ("lines of users", |d| made("passwords.txt", format!("# name and hash\nbob: {}\n", d.pick(&["x", "-", "*"])), "")),
    ("places of a command", |d| {
        made(
            "start.sh",
            d.pick(&[
                "rabbitmqctl add_user bob $PASSWORD",
                "htpasswd -c /etc/nginx/users bob",
                "mc alias list store",
                "rabbitmqctl set_permissions -p / bob '.*' '.*' '.*'",
            ]),
            "",
        )
    }),
    ("metric", |d| made("rules", format!("sum(rate(token_requests_total{{secret=~\"a|b\"}}[5m])) > {}", d.digits(2)), "")),
];

fn measure(
    forms: &[Form],
    place: Place,
    each: usize,
    seed: u64,
    wrong: impl Fn(&str, Option<&str>, &Made) -> bool,
) -> (usize, Vec<String>) {
    let mut dice = Dice(seed);
    let mut examiner = Examiner::new(FingerprintKey([9; 32]));
    let (mut made, mut failures) = (0, Vec::new());
    for (form, make) in forms {
        for _ in 0..each {
            let value = make(&mut dice);
            let (name, text, _) = &value;
            let name = text
                .split_once('=')
                .filter(|_| name.is_empty() && text.starts_with('-'))
                .map_or(name.as_str(), |(flag, _)| flag.trim_start_matches('-'));
            let said = examiner.examine(name, text, place);
            made += 1;
            if wrong(form, said.as_ref().map(|said| said.masked.as_str()), &value) {
                failures.push(format!("{form}: {name}={text} {:?}", said.map(|said| said.masked.clone())));
            }
        }
    }
    (made, failures)
}

#[test]
fn at_least_98_of_100_are_found_and_at_most_1_of_100_look_alikes() {
    let seed = 0x5eed_2026;
    let missed = |_: &str, masked: Option<&str>, made: &Made| masked.is_none_or(|masked| masked.contains(&made.2));
    let told = |_: &str, masked: Option<&str>, _: &Made| masked.is_some();
    let (cards, mut lost) = measure(CARDS, Place::Text, 6, seed, missed);
    let (credentials, more) = measure(CREDENTIALS, Place::Text, 6, seed, missed);
    lost.extend(more);
    let (labels, more) = measure(LABELS, Place::Label, 6, seed, missed);
    lost.extend(more);
    let (alike, mut alarms) = measure(LOOK_ALIKES, Place::Text, 8, seed, told);
    let (more, of_labels) = measure(LABEL_LOOK_ALIKES, Place::Label, 8, seed, told);
    alarms.extend(of_labels);
    let (made, alike) = (cards + credentials + labels, alike + more);
    eprintln!(
        "{} of {made} found in {} forms; {} of {alike} look-alikes told of {} forms\n{}\n{}",
        made - lost.len(),
        CARDS.len() + CREDENTIALS.len() + LABELS.len(),
        alarms.len(),
        LOOK_ALIKES.len() + LABEL_LOOK_ALIKES.len(),
        lost.join("\n"),
        alarms.join("\n")
    );
    assert!(made >= 400 && alike >= 400 && CARDS.len() + CREDENTIALS.len() >= 40);
    assert!(lost.len() * 100 <= made * 2, "missed {} of {made}:\n{}", lost.len(), lost.join("\n"));
    assert!(alarms.len() * 100 <= alike, "told {} of {alike}:\n{}", alarms.len(), alarms.join("\n"));
}

/// Texts that once took minutes: of each, ten times as much takes about ten times as long.
#[test]
fn long_texts_are_examined_to_their_end() {
    let mut examiner = Examiner::new(FingerprintKey([9; 32]));
    for part in [
        "LS0tLS1CRUdJTi",
        "password=… ",
        "4111 1111 ",
        "a=\"",
        "{\"password\":\"",
        "eyJhbGci.eyJ",
        "${PASSWORD:-",
        "<password>",
        "mysql -p ",
        "5A084",
        "5713411111111111111",
        "4\u{200b}",
        "4111:1111:",
        "$(A)b",
        "htpasswd -b ",
        "kty d: ",
        "rabbitmqctl add_user ",
    ] {
        let mut text = part.repeat(200_000 / part.len());
        text.push_str("\npan 4111111111111111\n");
        let said = examiner.examine("text", &text, Place::Text);
        assert!(said.is_some_and(|said| !said.masked.contains("4111111111111111")), "{part}");
    }
}
