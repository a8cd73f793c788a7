//! What is said on a ticket, on the wire.

use callboard_model::rest::NewComment;

use super::*;

fn comment(id: &str, text: &str) -> Json {
    json!({
        "comment_id": id, "ticket_id": "T-1", "thread_id": id, "parent_comment_id": null, "comment_text": text,
        "comment_html": "<p></p>", "markdown_content": text, "is_internal": true, "is_resolution": false,
        "author_type": "internal", "created_by": "u", "created_by_name": "Bob", "author_contact_name": null,
        "reactions": [], "created_at": "2026-11-21T10:00:00Z", "updated_at": null, "deleted_at": null,
    })
}

#[tokio::test]
async fn a_comment_is_said_once_under_its_key_and_under_our_own_name() {
    let stub = Stub::start(vec![("/api/v1/tickets/", 201, one(&comment("c1", "Hello")))]).await;
    let new = NewComment { comment_text: "Hello".into(), is_internal: true };
    let asked = Request::Say { saying: EditId(0xab), ticket: "T/1".into(), comment: new };
    let (outcome, _) = stub.call(asked).await;
    let Ok(Answer::Said(said)) = outcome else { panic!("it is said: {outcome:?}") };
    assert_eq!((said.comment_id.as_str(), &*said.comment_text, said.is_internal), ("c1", "Hello", true));
    assert_eq!(
        stub.lines(),
        [r#"POST /api/v1/tickets/T%2F1/comments {"comment_text":"Hello","is_internal":true}"#]
    );
    let headers = stub.headers();
    for (name, value) in
        [(header::IDEMPOTENCY_KEY, "000000000000000000000000000000ab"), (header::ORIGIN_SESSION, SESSION)]
    {
        assert_eq!(headers.get(name).map(|value| value.as_bytes()), Some(value.as_bytes()), "{name}");
    }
}

#[tokio::test]
async fn the_latest_comments_are_asked_for_and_one_without_words_is_read_too() {
    let mut silent = comment("c1", "");
    silent.as_object_mut().expect("an object").remove("comment_text");
    let stub =
        Stub::start(vec![("/api/v1/tickets/", 200, one(&json!([comment("c2", "Two"), silent])))]).await;
    let (outcome, _) = stub.call(Request::Comments { ticket: "T-1".into(), limit: 50 }).await;
    let Ok(Answer::Comments(comments)) = outcome else { panic!("they are read: {outcome:?}") };
    let words: Vec<&str> = comments.iter().map(|comment| &*comment.comment_text).collect();
    assert_eq!(words, ["Two", ""]);
    assert_eq!(stub.lines(), ["GET /api/v1/tickets/T-1/comments?limit=50&order=desc"]);
}
