-- New words wait in a list that every search reads from its beginning to its end, and that is sorted in by whoever makes
-- it too long. At 4 MB, which is PostgreSQL's default, to read it takes 2 ms of each search and to sort it in 0.15 s of
-- somebody's new ticket. A sixteenth of it sorts as many words in for the same work, since few words are many.

-- +goose Up
ALTER INDEX idx_busca_texto SET (gin_pending_list_limit = 256);

-- +goose Down
ALTER INDEX idx_busca_texto RESET (gin_pending_list_limit);
