-- Rows of the predecessor: times without zone in UTC, a hash of bcrypt, empty fields, ids set by a dump
-- that left the sequences behind.
INSERT INTO usuarios (id, nome, email, senha_hash, tipo, ativo, criado_em, atualizado_em) VALUES
    (1, 'Administração', 'Admin@Empresa.com', '$2b$12$KIXQ4u0qYbYcQeXJf1kX8uYB1Vw3Jb1qkK0p6r9iQdYx7VnT0eW2e', 'ti', true, '2023-01-01 10:00:00', '2023-01-02 10:00:00'),
    (7, 'João da Silva', 'joao@empresa.com', '$2b$12$abcdefghijklmnopqrstuuabcdefghijklmnopqrstuvwxyz01234', 'funcionario', true, '2023-02-01 08:30:00', '2023-02-01 08:30:00'),
    (9, 'Sem Nada', 'nada@empresa.com', 'x', 'funcionario', NULL, NULL, NULL);
INSERT INTO chamados (id, titulo, descricao, categoria, prioridade, status, usuario_id, atribuido_para, criado_em, atualizado_em, fechado_em) VALUES
    (3, 'Impressora parada', 'Não imprime "nada" <b>mesmo</b>', 'hardware', 'alta', 'aberto', 7, NULL, '2023-03-01 09:00:00', '2023-03-01 09:00:00', NULL),
    (41, 'Sem rede', 'Conexões caem', 'rede', NULL, NULL, 7, 1, NULL, NULL, NULL),
    (42, 'E-mail', 'Senha expirou', 'email', 'media', 'fechado', 1, 1, '2023-03-02 09:00:00', '2023-03-05 09:00:00', '2023-03-05 09:00:00');
INSERT INTO comentarios (id, chamado_id, usuario_id, comentario, criado_em) VALUES
    (5, 3, 1, '[SYSTEM] Troquei o tôner', '2023-03-01 10:00:00');
INSERT INTO anexos (id, chamado_id, nome_arquivo, caminho_arquivo, tamanho_bytes, criado_em) VALUES
    (2, 3, 'foto_da_impressora.png', 'uploads/3/foto.png', 1234, '2023-03-01 09:01:00');
