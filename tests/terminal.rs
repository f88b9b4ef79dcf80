//! The real program in a real terminal: what it shows, what its keys do, and that the terminal is given back whatever happens.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "a test's failure is its message")]

#[cfg(unix)]
#[allow(dead_code, reason = "shared by several tests, each of which uses its part")]
#[path = "support/pty.rs"]
mod pty;

#[cfg(unix)]
mod with_a_terminal {
    use super::pty::Program;
    use std::path::Path;

    const KASSAY: &str = env!("CARGO_BIN_EXE_kassay");

    fn home() -> tempfile::TempDir {
        tempfile::tempdir().expect("a folder")
    }

    fn start(home: &Path, arguments: &[&str]) -> Program {
        Program::start(KASSAY, arguments, home, (80, 24), &[])
    }

    #[test]
    fn the_first_frame_invites_and_quitting_gives_the_terminal_back() {
        let home = home();
        let mut program = start(home.path(), &[]);
        program.until("the first frame", |shown| {
            ["Kassay", "New assessment", "Clusters are only read."].iter().all(|words| shown.contains(words))
        });
        assert!(program.has_terminal());
        program.keys("q");
        assert_eq!(program.end().0, 0);
    }

    #[test]
    fn signals_give_the_terminal_back() {
        for signal in ["TERM", "HUP", "INT"] {
            let home = home();
            let mut program = start(home.path(), &[]);
            program.see("New assessment");
            program.signal(signal);
            program.end();
        }
    }

    #[test]
    fn a_signal_keeps_the_place_where_one_stood() {
        for signal in ["TERM", "HUP"] {
            let home = home();
            let book = home.path().join("book");
            let mut program = start(home.path(), &["demo", "--workbook", book.to_str().unwrap()]);
            program.see("was read and judged");
            // Three controls further down, at the questions, with an answer begun.
            program.keys("\u{1b}[B\u{1b}[B\u{1b}[B").see("▸    1.4");
            program.keys("3").see("▸Questions");
            program.keys("a").see("Interviewed");
            program.keys("1").see("(•) 1 ");
            program.signal(signal);
            program.end();
            let kept = std::fs::read_to_string(book.join("workbook.toml")).unwrap();
            let place = kept.split("[place]").nth(1).unwrap();
            assert!(place.contains("control = \"1.4\"") && place.contains("tab = \"questions\""), "{signal}: {place}");
            // What was not accepted is no answer.
            assert!(!kept.contains("[[answer]]"), "{signal}");
        }
    }

    #[test]
    fn ctrl_z_gives_the_shell_its_terminal_and_fg_brings_the_walk_back() {
        let home = home();
        let command =
            format!("set -m; \"{KASSAY}\" demo --workbook book; echo \"back in the shell\"; read -r line; echo \"it was $line\"; fg");
        let mut program = Program::start("/bin/bash", &["-c", &command], home.path(), (80, 24), &[]);
        program.see("was read and judged");
        program
            .keys("\u{1a}")
            .until("the shell, and nothing of the walk", |shown| shown.contains("back in the shell") && !shown.contains("of 49"));
        // The shell echoes what is typed, so its modes are those of before.
        program
            .keys("typed\r")
            .until("the walk again", |shown| shown.contains("0 of 49 determined") && !shown.contains("back in the shell"));
        program.keys("3").see("▸Questions");
        program.keys("a").see("Interviewed");
        // In a text of several lines the key takes back what was typed; elsewhere in a form it stops the program as well.
        program.keys("\u{1b}").until("the form to be closed", |shown| !shown.contains("Interviewed"));
        program.keys("q");
        assert_eq!(program.end().0, 0);
    }

    #[test]
    fn f2_leaves_the_mouse_to_the_terminal_and_takes_it_again() {
        let home = home();
        let mut program = start(home.path(), &["demo"]);
        program.see("was read and judged");
        assert!(program.has_mouse());
        program.keys("\u{1b}OQ").see("left to the terminal");
        assert!(!program.has_mouse());
        program.keys("\u{1b}OQ").see("works here again");
        assert!(program.has_mouse());
        // The wheel moves what is under it, wherever the focus is: here the areas, from within the work.
        program.keys("3").see("▸Questions");
        program.keys("\u{1b}[<65;5;5M").see("▸    1.2");
        program.keys("q");
        assert_eq!(program.end().0, 0);
    }

    #[test]
    fn an_assessment_that_lies_elsewhere_is_listed_once_it_was_opened() {
        let home = home();
        let book = home.path().join("work/acme");
        let mut program = start(home.path(), &["demo", "--workbook", book.to_str().unwrap()]);
        program.see("was read and judged");
        program.keys("q");
        assert_eq!(program.end().0, 0);
        let mut program = start(home.path(), &[]);
        program.until("it, and where it lies", |shown| shown.contains("Continue") && shown.contains("/work"));
        program.keys("\r").see("0 of 49 determined");
        program.keys("q");
        assert_eq!(program.end().0, 0);
    }

    /// Nobody sends a signal: the shell that started the program leads the session, ignores SIGHUP and goes on.
    #[test]
    fn a_terminal_that_goes_away_without_a_signal_ends_the_program_and_loses_nothing() {
        let home = home();
        let book = home.path().join("book");
        let command = format!("trap '' HUP; \"{KASSAY}\" demo --workbook book; echo $? > code.part; mv code.part code");
        let log = home.path().join("kassay.log");
        let variables = [("KASSAY_LOG", "warn"), ("KASSAY_LOG_FILE", log.to_str().unwrap())];
        let mut program = Program::start("/bin/sh", &["-c", &command], home.path(), (80, 24), &variables);
        program.see("was read and judged");
        program.keys("3").see("▸Questions");
        program.keys("\u{1b}[B").keys("a").see("1.1.accountability");
        program.keys("n").see("(•) n no");
        program.keys("\r").see("is saved");
        // Another answer is begun, and not accepted.
        program.keys("\u{1b}[B").keys("a").see("(");
        program.hang_up();
        let code = home.path().join("code");
        let mut waited = 0;
        while !code.exists() {
            assert!(waited < 1200, "the program goes on without a terminal");
            waited += 1;
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        assert_eq!(std::fs::read_to_string(code).unwrap().trim(), "2");
        let kept = std::fs::read_to_string(book.join("workbook.toml")).unwrap();
        assert_eq!(kept.matches("[[answer]]").count(), 1, "{kept}");
        assert!(kept.contains("question = \"1.1.accountability\"") && kept.contains("tab = \"questions\""), "{kept}");
        assert!(std::fs::read_to_string(log).unwrap().contains("the terminal is gone"));
        let opened = kassay::store::Store::open(&book).unwrap();
        assert!(opened.held_by.is_none() && opened.notices.is_empty(), "{:?}", opened.held_by);
    }

    #[test]
    fn an_edit_by_hand_while_the_program_is_open_is_taken_over_and_asked_about_where_both_changed_the_same() {
        let home = home();
        let book = home.path().join("book");
        let file = book.join("workbook.toml");
        let by_hand = |from: &str, to: &str| {
            let text = std::fs::read_to_string(&file).unwrap();
            assert!(text.contains(from), "{text}");
            std::fs::write(&file, text.replace(from, to)).unwrap();
        };
        let mut program = start(home.path(), &["demo", "--workbook", book.to_str().unwrap()]);
        program.see("was read and judged");
        program.keys("3").see("▸Questions");
        by_hand("purpose = \"", "purpose = \"By hand. ");
        program.keys("\u{1b}[B").keys("a").see("1.1.accountability");
        program.keys("n").see("(•) n no");
        program.keys("\r").see("changed outside Kassay");
        let kept = std::fs::read_to_string(&file).unwrap();
        assert!(kept.contains("purpose = \"By hand. ") && kept.contains("question = \"1.1.accountability\""), "{kept}");
        assert!(std::fs::read_to_string(book.join("journal.jsonl")).unwrap().contains("changed outside Kassay"));
        // The same answer, here and there.
        program.keys("\u{1b}").until("the message to go", |shown| !shown.contains("changed outside Kassay"));
        by_hand("value = \"no\"", "value = \"no\"\nnote = \"also by hand\"");
        program.keys("a").see("1.1.accountability");
        program.keys("y").see("(•) y yes");
        program.keys("\r").see("What holds");
        program.keys("m").see("(•) m");
        program.keys("\r").until("the questions", |shown| !shown.contains("What holds") && shown.contains("▸Questions"));
        let kept = std::fs::read_to_string(&file).unwrap();
        assert!(kept.contains("value = \"yes\"") && !kept.contains("also by hand"), "{kept}");
        let aside = std::fs::read_dir(&book).unwrap().flatten().map(|e| e.path());
        let aside: Vec<_> = aside.filter(|path| path.to_str().unwrap().contains("workbook.toml.outside-")).collect();
        assert!(aside.len() == 1 && std::fs::read_to_string(&aside[0]).unwrap().contains("also by hand"), "{aside:?}");
        program.signal("TERM");
        program.end();
    }

    #[test]
    fn a_panic_gives_the_terminal_back_and_tells_itself() {
        let home = home();
        let mut program = Program::start(KASSAY, &[], home.path(), (80, 24), &[("KASSAY_PANIC_ON_F12", "1")]);
        program.see("New assessment");
        program.keys("\u{1b}[24~");
        let (code, shown) = program.end();
        assert_ne!(code, 0);
        assert!(shown.contains("panicked"), "{shown}");
    }

    #[test]
    fn a_smaller_terminal_is_told_and_still_works() {
        let home = home();
        let mut program = start(home.path(), &[]);
        program.see("New assessment");
        program.resize(60, 16).see("60×16");
        program
            .resize(120, 40)
            .until("the whole screen", |shown| shown.contains("PCI guidance for containers") && !shown.contains("60×16"));
        program.keys("q");
        assert_eq!(program.end().0, 0);
    }

    #[test]
    fn without_unicode_nothing_but_ascii_is_written() {
        let cases: [(&[(&str, &str)], bool); 4] = [
            (&[("LANG", "C")], true),
            (&[("LANG", "de_DE.ISO-8859-1"), ("KASSAY_ASCII", "off")], false),
            (&[("TERM", "linux")], true),
            (&[("KASSAY_ASCII", "1")], true),
        ];
        for (variables, ascii) in cases {
            let home = home();
            let mut program = Program::start(KASSAY, &["demo"], home.path(), (80, 24), variables);
            program.see("was read and judged");
            program.keys("3").see(if ascii { ">Questions" } else { "▸Questions" });
            program.keys("?").see("Keys here");
            assert_eq!(program.bytes().is_ascii(), ascii, "{variables:?}");
            program.keys("q").until("the walk again", |shown| !shown.contains("Keys here"));
            program.keys("q");
            assert_eq!(program.end().0, 0);
        }
    }

    #[test]
    fn results_are_written_with_signs_that_the_terminal_has_and_to_others_as_they_are() {
        let home = home();
        let (file, book) = (home.path().join("dump.yaml"), home.path().join("book"));
        std::fs::write(&file, "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n").unwrap();
        let run = |arguments: &[&str]| {
            let output = std::process::Command::new(KASSAY).args(arguments).env("HOME", home.path()).env("LC_ALL", "C").output().unwrap();
            (output.status.code(), String::from_utf8(output.stdout).unwrap())
        };
        let (file, book) = (file.to_str().unwrap(), book.to_str().unwrap());
        assert!(run(&["assess", "--workbook", book, "--from", file]).0 < Some(2));
        for (locale, words) in [("C", "+ whole"), ("de_DE.ISO-8859-1", "+ whole"), ("C.UTF-8", "✓ whole")] {
            let mut program = Program::start(KASSAY, &["verify", book], home.path(), (100, 24), &[("LC_ALL", locale)]);
            program.see(words);
            let (code, said) = program.end();
            assert!(code == 0 && said.is_ascii() == words.is_ascii(), "{locale}: {said}");
        }
        // A file, or another program, takes them as they are.
        assert!(run(&["verify", book]).1.contains("✓ whole"));
        // What is wrong is told so too.
        let mut program = Program::start(KASSAY, &["man", "nothing"], home.path(), (100, 24), &[("LC_ALL", "C")]);
        program.see("there is no verb \"nothing\"");
        assert_eq!(program.end().0, 2);
    }

    const ASKED: &[u8] = b"\x1b]11;?\x07";
    const LIGHT: &str = "48;2;251;250;247";
    const DARK: &str = "48;2;23;26;32";

    fn has(program: &Program, part: &[u8]) -> bool {
        program.bytes().windows(part.len()).any(|at| at == part)
    }

    #[test]
    fn the_theme_follows_the_ground_that_the_terminal_tells_and_no_key_is_lost_or_made_by_it() {
        let home = home();
        let mut program = start(home.path(), &["demo"]);
        program.see("was read and judged");
        // Nothing was answered in time, and the first frame did not wait for it.
        assert!(has(&program, ASKED) && has(&program, DARK.as_bytes()) && !has(&program, LIGHT.as_bytes()));
        // The letters of an answer are keys here: `r` opens the registers, `g` and `b` do something too, `3` shows the questions.
        program.keys("3\u{1b}]11;rgb:fbfb/3232/ffff\u{7}4").see("▸Evidence");
        program.keys("\u{1b}]11;rgb:fb").keys("fb/fafa/f7f7\u{1b}\\2").see("▸Checks");
        assert!(has(&program, LIGHT.as_bytes()));
        // A window that comes back into the focus may have got other colours; only a terminal that answered is asked again.
        let asked = |program: &Program| program.bytes().windows(ASKED.len()).filter(|at| *at == ASKED).count();
        assert!(asked(&program) == 1 && has(&program, b"\x1b[?1004h"));
        let before = program.bytes().len();
        program.keys("\u{1b}[I").keys("\u{1b}]11;rgb:0000/0000/0000\u{7}3").see("▸Questions");
        let after = program.bytes().split_off(before);
        assert!(asked(&program) == 2 && String::from_utf8_lossy(&after).contains(DARK));
        program.keys("q");
        assert_eq!(program.end().0, 0);
    }

    #[test]
    fn an_answer_that_comes_at_the_very_end_is_not_typed_into_the_shell() {
        let home = home();
        let script = format!("{KASSAY}; printf READY; IFS= read -r typed; printf 'GOT[%s]' \"$typed\"; read -r _");
        let mut program = Program::start("/bin/sh", &["-c", &script], home.path(), (80, 24), &[]);
        program.see("New assessment");
        program.keys("q");
        std::thread::sleep(std::time::Duration::from_millis(20));
        program.keys("\u{1b}]11;rgb:fbfb/fafa/f7f7\u{7}").see("READY");
        program.keys("ls\r").see("GOT[ls]");
        program.keys("\r");
        assert_eq!(program.end().0, 0);
    }

    #[test]
    fn a_chosen_theme_and_a_terminal_without_colours_ask_nothing() {
        for variables in [("KASSAY_THEME", "dark"), ("NO_COLOR", "1"), ("TERM", "linux")] {
            let home = home();
            let mut program = Program::start(KASSAY, &[], home.path(), (80, 24), &[variables]);
            program.see("New assessment");
            assert!(!has(&program, ASKED), "{variables:?}");
            program.keys("q");
            program.end();
        }
    }

    #[test]
    fn a_copy_is_handed_to_the_terminal_or_it_is_said_where_it_lies_instead() {
        let copied = |variables: &[(&str, &str)], said: &str| {
            let home = home();
            let bin = home.path().join("bin");
            std::fs::create_dir_all(&bin).unwrap();
            let tmux = bin.join("tmux");
            std::fs::write(&tmux, "#!/bin/sh\necho \"$@\" > \"$HOME/asked\"; exec cat > \"$HOME/buffer\"\n").unwrap();
            std::fs::set_permissions(&tmux, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
            let path = format!("{}:/usr/bin:/bin", bin.display());
            let data = home.path().join("d");
            let own = [("PATH", path.as_str()), ("KASSAY_DATA_DIR", data.to_str().unwrap())];
            let variables: Vec<_> = own.into_iter().chain(variables.iter().copied()).collect();
            let mut program = Program::start(KASSAY, &["demo"], home.path(), (150, 30), &variables);
            program.see("was read and judged");
            program.keys("F").see("filters: ");
            program.keys("/").see("any word");
            program.keys("sev:critical\r").until("fewer findings", |shown| shown.contains(" of ") && shown.contains("/ sev:critical"));
            program.keys("y").see(said);
            let sequence = has(&program, b"\x1b]52;c;");
            program.signal("TERM");
            program.end();
            let read = |path: &Path| std::fs::read_to_string(path).unwrap_or_default();
            (sequence, read(&data.join("copied.txt")), read(&home.path().join("buffer")), read(&home.path().join("asked")))
        };
        let (sequence, file, buffer, _) = copied(&[], "Copied: ");
        assert!(sequence && file.is_empty() && buffer.is_empty());
        for variables in [("TERM", "linux"), ("STY", "1.pts-0.host")] {
            let (sequence, file, buffer, _) = copied(&[variables], "Not copied, but written: ");
            assert!(!sequence && file.contains("| critical |") && buffer.is_empty(), "{variables:?}: {file}");
        }
        let (sequence, file, buffer, asked) = copied(&[("TMUX", "/tmp/tmux-0/default,1,0")], "Copied, in tmux too: ");
        assert!(!sequence && file.is_empty() && buffer.contains("| critical |") && asked.trim() == "load-buffer -w -", "{asked}: {buffer}");
    }

    #[test]
    fn colours_follow_the_terminal_and_no_color() {
        let home = home();
        for (variables, coloured) in [(&[("COLORTERM", "truecolor")][..], true), (&[("NO_COLOR", "1")][..], false)] {
            let mut program = Program::start(KASSAY, &[], home.path(), (80, 24), variables);
            program.see("New assessment");
            let bytes = String::from_utf8_lossy(&program.bytes()).into_owned();
            assert_eq!(bytes.contains("\u{1b}[38;2;") || bytes.contains("38;2;"), coloured, "{variables:?}");
            program.keys("q");
            program.end();
        }
    }

    #[test]
    fn a_theme_with_a_fault_is_told_with_its_place() {
        let home = home();
        let themes = home.path().join("config/themes");
        std::fs::create_dir_all(&themes).expect("a folder");
        std::fs::write(themes.join("mine.toml"), "inherits = \"dark\"\n[meanings]\n\"txet\" = \"ink\"\n").expect("a file");
        let config = home.path().join("config");
        let variables = [("KASSAY_CONFIG_DIR", config.to_str().expect("UTF-8")), ("KASSAY_THEME", "mine")];
        let mut program = Program::start(KASSAY, &[], home.path(), (100, 24), &variables);
        let shown = program.see("txet");
        assert!(shown.contains("line 3"), "{shown}");
        program.keys("\u{1b}").until("the message to go", |shown| !shown.contains("txet"));
        program.keys("q");
        assert_eq!(program.end().0, 0);
    }

    #[test]
    fn a_paste_fills_one_field_and_runs_nothing() {
        let home = home();
        let mut program = start(home.path(), &[]);
        program.see("New assessment");
        program.keys("n").see("Assessed entity");
        program.paste("Acme\u{1b}[2J Payments\nq\n").see("Acme");
        let shown = program.see("Payments q");
        assert!(shown.contains("Assessed entity") && !shown.contains('\u{1b}'), "{shown}");
        program.keys("\u{3}").see("A form that you typed in is not saved");
        program.keys("\u{3}");
        program.end();
    }

    /// The demo's assessment with a note begun, and an editor set.
    fn writing(home: &Path, editor: &str) -> Program {
        std::fs::create_dir_all(home.join("tmp")).unwrap();
        let tmp = home.join("tmp");
        let variables = [("EDITOR", editor), ("TMPDIR", tmp.to_str().unwrap()), ("PATH", "/usr/bin:/bin")];
        let book = home.join("book");
        let mut program = Program::start(KASSAY, &["demo", "--workbook", book.to_str().unwrap()], home, (80, 24), &variables);
        program.see("was read and judged");
        program.keys("3").see("▸Questions");
        program.keys("n").see("ctrl-o editor");
        program
    }

    fn script(home: &Path, name: &str, text: &str) -> String {
        let path = home.join(name);
        std::fs::write(&path, format!("#!/bin/sh\n{text}")).unwrap();
        std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
        path.to_str().unwrap().to_owned()
    }

    fn files(folder: &Path) -> usize {
        std::fs::read_dir(folder).unwrap().count()
    }

    #[test]
    fn a_text_goes_to_the_editor_of_its_user_and_back() {
        let home = home();
        let editor = script(
            home.path(),
            "editor",
            "stty -a | grep -q ' icanon' || exit 3\nls -l \"$2\" > \"$HOME/listed\"\ncp \"$2\" \"$HOME/got\"\necho \"EDITOR $1 IS HERE\"\n\
             read -r line\nprintf '%s\\nsecond \\033[31mline\\n' \"$line\" > \"$2\"\n: > \"$2~\"\n",
        );
        // What is set is a command with its arguments.
        let mut program = writing(home.path(), &format!("{editor} --wait"));
        program.paste("typed here\nin two lines").see("in two lines");
        program.keys("\u{f}").see("EDITOR --wait IS HERE");
        program.keys("q from the editor\n").until("the form", |shown| shown.contains("second [31mline") && shown.contains("ctrl-s save"));
        assert!(program.has_terminal(), "the terminal is the program's again");
        program.keys("\r").keys("third").see("third");
        program.keys("\u{13}").see("The note is kept as E-0001");
        program.keys("q");
        assert_eq!(program.end().0, 0);
        let kept = std::fs::read_to_string(home.path().join("book/workbook.toml")).unwrap();
        assert!(kept.contains(" = \"\"\"\nq from the editor\nsecond [31mline\nthird\"\"\"\n"), "{kept}");
        assert_eq!(std::fs::read_to_string(home.path().join("got")).unwrap(), "typed here\nin two lines\n");
        assert!(std::fs::read_to_string(home.path().join("listed")).unwrap().starts_with("-rw------- "));
        assert_eq!(files(&home.path().join("tmp")), 0, "nothing is left of it");
        assert!(!home.path().join("book/drafts.toml").exists(), "what is saved is no draft");
    }

    #[test]
    fn an_editor_that_fails_or_is_missing_or_leaves_all_as_it_was_changes_nothing() {
        for (editor, words) in [
            ("", "No editor is set"),
            ("/nowhere/editor", "Is it installed?"),
            ("echo spoilt > \"$1\"; false", "ended with exit status: 1"),
            ("true", "The text is as it was before the editor"),
        ] {
            let home = home();
            let command = if editor.contains(';') { script(home.path(), "fails", &editor.replace("; ", "\n")) } else { editor.to_owned() };
            let mut program = writing(home.path(), &command);
            program.keys("typed here").see("typed here");
            program.keys("\u{f}");
            let shown = program.until(words, |shown| shown.split_whitespace().collect::<Vec<_>>().join(" ").contains(words));
            assert!(!shown.contains("spoilt"), "{shown}");
            if editor != "true" {
                // An escape that comes with the next key would be another key.
                program.see("Esc close");
                program.keys("\u{1b}").until("the message to go", |shown| !shown.contains("Esc close"));
            }
            program.until("the text", |shown| shown.contains("typed here") && shown.contains("ctrl-s save"));
            assert_eq!(files(&home.path().join("tmp")), 0, "{editor}");
            program.keys("\u{3}").see("The same key again leaves");
            program.keys("\u{3}");
            program.end();
        }
    }

    #[test]
    fn what_was_saved_in_an_editor_is_kept_when_the_program_has_to_end_under_it() {
        for gone in [false, true] {
            let home = home();
            let editor =
                script(home.path(), "editor", "echo 'saved in the editor' > \"$1\"\ntrap '' HUP\nwhile :; do echo READY; sleep 1; done\n");
            let mut program = writing(home.path(), &editor);
            program.keys("typed here").see("typed here");
            program.keys("\u{f}").see("READY");
            if gone {
                program.hang_up();
            } else {
                program.signal("TERM");
                program.end();
            }
            let drafts = home.path().join("book/drafts.toml");
            let kept = || std::fs::read_to_string(&drafts).unwrap_or_default().contains("text = \"saved in the editor\"");
            let mut waited = 0;
            while !kept() || files(&home.path().join("tmp")) > 0 {
                assert!(waited < 600, "{:?}", std::fs::read_to_string(&drafts));
                waited += 1;
                std::thread::sleep(std::time::Duration::from_millis(50));
            }
        }
    }

    #[test]
    fn what_is_typed_survives_a_kill_and_stands_in_its_form_again() {
        let home = home();
        let mut program = writing(home.path(), "true");
        program.keys("half a sentence\rand card 4111111111111111").see("and card");
        let drafts = home.path().join("book/drafts.toml");
        let mut waited = 0;
        while !std::fs::read_to_string(&drafts).is_ok_and(|text| text.contains("and card 4111")) {
            assert!(waited < 600, "{:?}", std::fs::read_to_string(&drafts));
            waited += 1;
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        program.signal("KILL");
        drop(program);
        assert!(!std::fs::read_to_string(&drafts).unwrap().contains("4111111111111111"));
        let verified = kassay::export::verify(&home.path().join("book")).unwrap();
        assert!(verified.is_whole() && verified.remarks.iter().any(|r| r.contains("drafts.toml")), "{verified:?}");
        let book = home.path().join("book");
        let mut program = start(home.path(), &[book.to_str().unwrap()]);
        program.see("typed in and not saved");
        program.keys("\u{1b}").until("the walk", |shown| !shown.contains("typed in and not saved"));
        program.keys("3").see("▸Questions");
        program.keys("n").see("half a sentence");
        program.keys("\u{13}").see("The note is kept as E-0001");
        program.keys("q");
        assert_eq!(program.end().0, 0);
        assert!(!drafts.exists());
    }
}
